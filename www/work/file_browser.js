/** Walks the folders of a box: shows one, goes into another, says which file to open. */

import { element, moveFocusWithArrows, showItems } from "../page/dom.js";
import { formatBytes } from "../page/format.js";
import { clearProblem, showProblem } from "../page/problem.js";
import { HOME, join } from "./working_directory.js";

/** Wires the file list among `parts` to `box`. */
export function wireFileBrowser(parts, box, { onOpenFile, onNewFile }) {
  const problem = parts["files-problem"];
  const newName = parts["new-file-name"];
  let folder = HOME;
  let asked = 0;
  moveFocusWithArrows(parts.entries, ".row-open");
  showCrumbs();

  parts["new-file"].addEventListener("submit", (event) => {
    event.preventDefault();
    const name = newName.value.trim();
    if (!name) {
      showProblem(problem, new Error("Type a name for the new file first."));
      newName.focus();
      return;
    }
    clearProblem(problem);
    newName.value = "";
    onNewFile(name.startsWith("/") ? name : join(folder, name));
  });

  /** Shows `path`; when it can't be read, what was shown stays. */
  async function go(path, { focus } = {}) {
    asked += 1;
    const turn = asked;
    try {
      const entries = await box.files.list(path);
      if (turn !== asked) return;
      folder = path;
      clearProblem(problem);
      showCrumbs();
      show(entries);
      if (focus) focusFirst();
    } catch (error) {
      if (turn === asked) showProblem(problem, error);
    }
  }

  function show(entries) {
    const sorted = [...entries].sort((a, b) => Number(b.isDir) - Number(a.isDir) || a.name.localeCompare(b.name));
    showItems(parts.entries, sorted, { key: (entry) => `${entry.isDir}:${entry.path}`, create: makeRow, update: fillRow });
    parts["files-empty"].hidden = entries.length > 0;
  }

  function makeRow(entry) {
    const open = () => (entry.isDir ? go(entry.path, { focus: true }) : onOpenFile(entry));
    const kind = element("span", { class: "visually-hidden" }, entry.isDir ? "folder " : "file ");
    return element("li", { class: "row" },
      element("button", { type: "button", class: `row-open entry ${entry.isDir ? "folder" : ""}`, on: { click: open } },
        kind,
        element("span", { class: "row-name mono", dir: "auto" }, entry.isDir ? `${entry.name}/` : entry.name),
        element("span", { class: "row-note" })));
  }

  function fillRow(row, entry) {
    row.querySelector(".row-note").textContent = entry.isDir ? "" : formatBytes(entry.size);
  }

  function showCrumbs() {
    const names = folder.split("/").filter(Boolean);
    const crumbs = [crumb("/", "/", names.length === 0)];
    names.forEach((name, index) => {
      crumbs.push(crumb(name, `/${names.slice(0, index + 1).join("/")}`, index === names.length - 1));
    });
    parts.crumbs.replaceChildren(element("ol", {}, ...crumbs));
  }

  function crumb(name, path, isHere) {
    return element("li", {}, element("button", {
      type: "button", class: "quiet", dir: "auto", "aria-current": isHere && "location", on: { click: () => go(path, { focus: true }) },
    }, name));
  }

  function focusFirst() {
    (parts.entries.querySelector(".row-open") ?? newName).focus();
  }

  return { refresh: () => go(folder), focus: focusFirst, folder: () => folder };
}
