/** Shows how one text became another, line by line, with a few lines around each change. */

import { diffLines } from "../node_modules/diff/libesm/diff/line.js";
import { element } from "../page/dom.js";

/** Unchanged lines shown before and after a change. */
const AROUND = 3;
/** Finding the very smallest difference of two large texts may take minutes; nobody waits for that. */
const LIMIT_MS = 500;

/** Fills `place`. A side that is no text is `{ instead }`, the sentence to show. */
export function showLineChanges(place, before, after) {
  const instead = before.instead ?? after.instead;
  const parts = instead ? undefined : diffLines(before, after, { timeout: LIMIT_MS });
  if (!parts) {
    place.replaceChildren(element("p", { class: "empty" }, instead ?? "These two are too different to be compared line by line."));
    return;
  }
  if (!parts.some(({ added, removed }) => added || removed)) {
    place.replaceChildren(element("p", { class: "empty" }, "The text is the same: its mode, owner or kind changed."));
    return;
  }
  const list = element("ol", { class: "line-changes mono", "aria-label": "Lines" });
  parts.forEach((part, at) => {
    const lines = part.value.replace(/\n$/, "").split("\n");
    if (part.added || part.removed) {
      list.append(...lines.map((line) => row(part.added ? "added" : "removed", line)));
      return;
    }
    const head = at === 0 ? 0 : AROUND;
    const tail = at === parts.length - 1 ? 0 : AROUND;
    if (lines.length <= head + tail + 1) {
      list.append(...lines.map((line) => row("same", line)));
      return;
    }
    const skipped = lines.length - head - tail;
    list.append(
      ...lines.slice(0, head).map((line) => row("same", line)),
      element("li", { class: "skipped" }, `${skipped} lines alike`),
      ...lines.slice(lines.length - tail, tail === 0 ? 0 : undefined).map((line) => row("same", line)));
  });
  place.replaceChildren(list);
}

const WORDS = { added: "added: ", removed: "removed: ", same: "" };
const MARKS = { added: "+", removed: "−", same: " " };

function row(kind, line) {
  return element("li", { "data-kind": kind },
    element("span", { class: "line-mark", "aria-hidden": "true" }, MARKS[kind]),
    element("span", { class: "visually-hidden" }, WORDS[kind]),
    element("span", { class: "line-text" }, line || " "));
}
