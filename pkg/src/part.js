/** What a box's handle and its parts have in common: calls about that box. */

/** The box that a part is about, its connection, and what does calls about that box. */
export let boxOf, connectionOf, senderOf;

export class Part {
  #connection;
  #box;
  #sender;

  static {
    boxOf = (part) => part.#box;
    connectionOf = (part) => part.#connection;
    senderOf = (part) => part.#sender;
  }

  constructor(connection, box = undefined) {
    this.#connection = connection;
    this.#box = box ?? this;
    const about = (args) => ({ id: this.#box.id, cwd: this.#box.cwd, ...args });
    this.#sender = {
      call: (name, args, options) => connection.call(name, about(args), options),
      open: (name, args, options) => connection.open(name, about(args), options),
    };
  }
}

/** Does one call. What the user gave in the options travels with what the method sets. */
export const callOn = (part, name, options, more) => senderOf(part).call(name, more, options);

/** Starts a call that answers with a stream. */
export const openOn = (part, name, options, more) => senderOf(part).open(name, more, options);
