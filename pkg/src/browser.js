/** `box.browser`: the browser of a box that was made with one. */

import { fromBase64 } from "./base64.js";
import { define } from "./methods.js";
import { Part, callOn, openOn, senderOf } from "./part.js";
import { toJsonSchema, validate } from "./schema.js";
import { readable } from "./streams.js";

export class Browser extends Part {
  static {
    define(this.prototype, "box.browser.", senderOf);
  }

  async screenshot(tab, { encoding, ...options } = {}) {
    const png = await callOn(this, "box.browser.screenshot", options, { tab });
    return encoding == "base64" ? png : fromBase64(png);
  }

  async extract({ schema, ...options } = {}) {
    const name = "box.browser.extract";
    const { data } = await callOn(this, name, options, { jsonSchema: toJsonSchema(schema, name) });
    return validate(schema, data, name);
  }

  async downloadRecording(recordingId, options) {
    return readable(await openOn(this, "box.browser.downloadRecording", options, { recordingId }));
  }

  async playlist(recordingId, options) {
    return new Response(readable(await openOn(this, "box.browser.playlist", options, { recordingId }))).text();
  }
}
