/** Saves what the page has as a file on the person's machine. */

import { element } from "./dom.js";

/** Offers `blob` as a download called `name`. */
export function saveFile(blob, name) {
  const address = URL.createObjectURL(blob);
  element("a", { href: address, download: name }).click();
  // The browser has taken hold of it once the click was handled.
  setTimeout(() => URL.revokeObjectURL(address), 0);
}
