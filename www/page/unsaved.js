/** Asks before the page is left while something typed is not saved. */

const unsaved = new Set();

window.addEventListener("beforeunload", (event) => {
  if (unsaved.size > 0) event.preventDefault();
});

/** Remembers or forgets that the text known as `key` has unsaved changes. */
export function markUnsaved(key, isUnsaved) {
  if (isUnsaved) unsaved.add(key);
  else unsaved.delete(key);
}
