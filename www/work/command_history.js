/** The commands given before, walked with the arrow keys. Pure: it knows no element. */

/** A history that keeps what was being typed while older commands are looked at. */
export class CommandHistory {
  #commands = [];
  #position = 0;
  #typed = "";

  /** Remembers `command` as the newest; one given twice in a row is kept once. */
  add(command) {
    if (this.#commands[this.#commands.length - 1] !== command) this.#commands.push(command);
    this.#position = this.#commands.length;
    this.#typed = "";
  }

  /** The command before the shown one, or undefined at the oldest. `current` is what the line holds now. */
  older(current) {
    if (this.#position === 0) return undefined;
    if (this.#position === this.#commands.length) this.#typed = current;
    this.#position -= 1;
    return this.#commands[this.#position];
  }

  /** The command after the shown one, at last what was being typed, or undefined beyond that. */
  newer() {
    if (this.#position === this.#commands.length) return undefined;
    this.#position += 1;
    return this.#position === this.#commands.length ? this.#typed : this.#commands[this.#position];
  }
}
