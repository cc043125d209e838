/** `box.schedule`: commands and prompts at set times. */

import { define } from "./methods.js";
import { Part, callOn, senderOf } from "./part.js";

export class Schedules extends Part {
  static {
    define(this.prototype, "box.schedule.", senderOf);
  }

  exec(options) {
    return callOn(this, "box.schedule.exec", { folder: ".", ...options }, { type: "exec" });
  }

  agent(options) {
    return callOn(this, "box.schedule.agent", { folder: ".", ...options }, { type: "prompt" });
  }

  update(scheduleId, changes) {
    const noOptions = changes?.options === null;
    return callOn(this, "box.schedule.update", changes, { scheduleId, noOptions });
  }
}
