/** The line at the foot of the page that says what was just done; screen readers hear it. */

import { byId } from "./dom.js";

/** Shows `sentence` until the next one. */
export function say(sentence) {
  byId("status").textContent = sentence;
}
