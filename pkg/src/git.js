/** `box.git`: version control in the box. */

import { define } from "./methods.js";

export class Git {
  #send;

  constructor(send) {
    this.#send = send;
  }

  static {
    define(this.prototype, "box.git.", (git) => git.#send);
  }
}
