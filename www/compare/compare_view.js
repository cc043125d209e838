/** What differs between two snapshots, or between a snapshot and a box as it is now; down to the changed lines. */

import { element, fromTemplate, moveFocusWithArrows } from "../page/dom.js";
import { formatBytes, formatDuration } from "../page/format.js";
import { reporting } from "../page/problem.js";
import { readText } from "./file_text.js";
import { showLineChanges } from "./line_changes.js";

/** The most rows that are shown; a page with more helps nobody. */
const MOST = 2000;
const MARKS = { added: "+", modified: "±", removed: "−" };

/**
 * Opens the comparison of two sides, `{ name, changes(), files }` together: `changes` gives what differs from the
 * first to the second. The caller puts `root` on the page.
 */
export function openComparison({ before, after, changes }, { onClose }) {
  const { root, parts } = fromTemplate("compare-template");
  const stop = new AbortController();
  root.setAttribute("aria-label", `Changes from ${before.name} to ${after.name}`);
  parts.before.textContent = before.name;
  parts.after.textContent = after.name;
  parts.close.addEventListener("click", close);
  root.addEventListener("keydown", (event) => event.key === "Escape" && close());
  moveFocusWithArrows(parts.changes, ".row-open");
  reporting(parts.problem, load);

  async function load() {
    const counts = { added: 0, modified: 0, removed: 0 };
    const start = performance.now();
    for await (const change of changes(stop.signal)) {
      // A directory that is new says nothing that its files don't.
      if (change.isDir && change.kind === "modified") continue;
      counts[change.kind] += 1;
      const total = counts.added + counts.modified + counts.removed;
      if (total <= MOST) parts.changes.append(row(change));
      if (total % 100 === 1) summarize(counts);
    }
    summarize(counts, performance.now() - start);
  }

  function summarize({ added, modified, removed }, ms) {
    const total = added + modified + removed;
    const words = total === 0 && ms !== undefined ? "Nothing differs." : `${added} added, ${modified} changed, ${removed} removed`;
    parts.summary.textContent = [words, total > MOST && `the first ${MOST} are shown`, ms !== undefined && formatDuration(ms)].filter(Boolean).join(" · ");
  }

  function row(change) {
    const sizes = [change.sizeBefore, change.sizeAfter].filter((size) => size !== undefined).map(formatBytes).join(" → ");
    const text = [
      element("span", { class: "change-mark", "aria-hidden": "true" }, MARKS[change.kind]),
      element("span", { class: "row-name mono", dir: "auto" }, change.path, change.isDir ? "/" : "",
        element("span", { class: "visually-hidden" }, ` (${change.kind})`)),
      element("span", { class: "row-note" }, change.isDir ? "" : sizes),
    ];
    const isFile = !change.isDir && sizes !== "";
    return element("li", { class: "row change", "data-kind": change.kind },
      isFile
        ? element("button", { type: "button", class: "row-open", on: { click: (event) => showFile(change, event.currentTarget) } }, ...text)
        : element("p", { class: "row-open" }, ...text));
  }

  async function showFile(change, button) {
    for (const other of parts.changes.querySelectorAll("[aria-current]")) other.removeAttribute("aria-current");
    button.setAttribute("aria-current", "true");
    parts.path.textContent = change.path;
    parts.lines.replaceChildren(element("p", { class: "empty" }, "Reading…"));
    await reporting(parts.problem, async () => {
      const [old, now] = await Promise.all([
        change.sizeBefore === undefined ? "" : readText(before.files, change, change.sizeBefore),
        change.sizeAfter === undefined ? "" : readText(after.files, change, change.sizeAfter),
      ]);
      if (button.hasAttribute("aria-current")) showLineChanges(parts.lines, old, now);
    });
  }

  function close() {
    stop.abort();
    root.remove();
    onClose();
  }

  return { root, focus: () => parts.title.focus() };
}
