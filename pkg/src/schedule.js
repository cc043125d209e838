/** `box.schedule`: commands and prompts at set times. */

import { define } from "./methods.js";
import { Part, callOn, senderOf } from "./part.js";

export class Schedules extends Part {
  static {
    define(this.prototype, "box.schedule.", senderOf);
  }

  exec(options) {
    return callOn(this, "box.schedule.exec", options, { folder: options?.folder ?? ".", type: "exec" });
  }

  agent(options) {
    return callOn(this, "box.schedule.agent", options, { folder: options?.folder ?? ".", type: "prompt" });
  }

  update(scheduleId, changes) {
    const noOptions = changes?.options === null;
    return callOn(this, "box.schedule.update", changes, { scheduleId, noOptions });
  }
}
