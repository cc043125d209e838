/** `box.git`: version control in the box. */

import { define } from "./methods.js";
import { Part, senderOf } from "./part.js";

export class Git extends Part {
  static {
    define(this.prototype, "box.git.", senderOf);
  }
}
