/** `box.labels` and `box.skills`: lists that belong to a box. */

import { define } from "./methods.js";
import { Part, callOn, senderOf } from "./part.js";

export class Labels extends Part {
  static {
    define(this.prototype, "box.labels.", senderOf);
  }

  async list(options) {
    return (await callOn(this, "Box.get", options)).labels ?? [];
  }
}

export class Skills extends Part {
  static {
    define(this.prototype, "box.skills.", senderOf);
  }

  async list(options) {
    return (await callOn(this, "Box.get", options)).enabledSkills ?? [];
  }
}
