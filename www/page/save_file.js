/** Saves what the page has as a file on the person's machine. */

import { element } from "./dom.js";

const KEPT_MS = 60_000;

/** Offers `blob` as a download called `name`. */
export function saveFile(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  // No event says when the browser has taken hold of it, and a busy one takes its time.
  setTimeout(() => URL.revokeObjectURL(address), KEPT_MS);
}
