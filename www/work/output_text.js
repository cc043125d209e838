/**
 * Turns what a program writes for a terminal into plain lines. Pure.
 *
 * Colours and cursor movements are dropped, and a carriage return starts the line anew, which is how
 * progress bars look right without a terminal. Sequences may arrive split over chunks.
 */

// A control sequence, a title or link sequence, another escape, or a control character without a picture.
const ESCAPE = /\x1b(?:\[[0-?]*[ -/]*[@-~]|\][^\x07\x1b]*(?:\x07|\x1b\\)|[ -/]*[0-Z\\^-~])|[\0-\x08\x0b\x0c\x0e-\x1a\x7f]/g;
const UNFINISHED = /\x1b(?:\[[0-?]*[ -/]*|\][^\x07\x1b]*\x1b?|[ -/]*)$/;
const LONGEST_ESCAPE = 4096;
const LONGEST_LINE = 100_000;

/** Takes chunks and answers the text to append after dropping the unfinished last line. */
export class OutputText {
  #held = "";
  #line = "";

  /** `{ finished, line }`: text that will not change any more, and the line being written. */
  write(chunk) {
    let text = this.#held + chunk;
    const tail = UNFINISHED.exec(text);
    this.#held = tail && tail[0].length < LONGEST_ESCAPE ? tail[0] : "";
    if (this.#held) text = text.slice(0, -this.#held.length);
    text = this.#line + text.replace(ESCAPE, "");
    // The return of a line's end that has not arrived yet must not wipe the line.
    if (text.endsWith("\r")) {
      text = text.slice(0, -1);
      this.#held = `\r${this.#held}`;
    }
    if (text.includes("\r")) text = text.split("\n").map(afterLastReturn).join("\n");
    const lastLine = text.lastIndexOf("\n") + 1;
    const end = text.length - lastLine > LONGEST_LINE ? text.length : lastLine;
    this.#line = text.slice(end);
    return { finished: text.slice(0, end), line: this.#line };
  }
}

/** What is left of a line that was begun anew; the return of its own end counts for nothing. */
function afterLastReturn(line) {
  const written = line.replace(/\r+$/, "");
  return written.slice(written.lastIndexOf("\r") + 1);
}
