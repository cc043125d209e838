/**
 * Reads, edits and saves one text file at a time.
 *
 * Changes that were not saved are kept per path while the page lives, whatever else is opened. A file that
 * is not text is shown but can't be saved: saving it as text would destroy it.
 */

import { whileBusy } from "../page/busy.js";
import { formatBytes, formatDuration } from "../page/format.js";
import { clearProblem, reporting, showProblem } from "../page/problem.js";
import { say } from "../page/status_line.js";
import { timed } from "../page/timing.js";
import { markUnsaved } from "../page/unsaved.js";

const MOST_BYTES = 2_000_000;

/** Wires the editor among `parts` to `box`. */
export function wireFileEditor(parts, box, { onSaved, onClosed, onDownload }) {
  const text = parts.text;
  const problem = parts["editor-problem"];
  const drafts = new Map();
  let file;
  let asked = 0;

  parts["editor-form"].addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(parts.save, save);
  });
  parts["editor-form"].addEventListener("keydown", (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === "s") {
      event.preventDefault();
      whileBusy(parts.save, save);
    }
  });
  text.addEventListener("input", remember);
  parts.revert.addEventListener("click", () => {
    text.value = file.saved ?? "";
    remember();
    text.focus();
  });
  parts.download.addEventListener("click", () => whileBusy(parts.download, () => onDownload(file.path)));
  parts.close.addEventListener("click", () => {
    hide();
    onClosed();
  });

  /** Opens the file of a directory entry. */
  async function open(entry) {
    asked += 1;
    const turn = asked;
    if (entry.size > MOST_BYTES) {
      refuse(new Error(`${entry.path} has ${formatBytes(entry.size)}, too much to edit here. On the command line, head or tail shows parts of it.`));
      return;
    }
    try {
      const saved = await box.files.read(entry.path);
      if (turn === asked) show({ path: entry.path, saved, isText: isText(saved) });
    } catch (error) {
      if (turn === asked) refuse(error);
    }
  }

  /** Opens an empty text that becomes a file when it is saved; one that exists already is opened as it is. */
  async function create(path) {
    asked += 1;
    const turn = asked;
    try {
      const saved = await box.files.read(path).catch((error) => {
        if (error?.code !== "path_not_found") throw error;
      });
      if (turn === asked) show({ path, saved, isText: isText(saved ?? "") });
    } catch (error) {
      if (turn === asked) refuse(error);
    }
  }

  function show(opened) {
    file = opened;
    clearProblem(problem);
    parts["editor-empty"].hidden = true;
    parts["editor-form"].hidden = false;
    parts["editor-path"].textContent = file.path;
    text.setAttribute("aria-label", `Text of ${file.path}`);
    // The browser makes every line end a plain LF; knowing the original keeps CRLF files as they are.
    file.lineEnd = file.saved?.includes("\r\n") ? "\r\n" : "\n";
    if (file.saved !== undefined) file.saved = file.saved.replaceAll("\r\n", "\n");
    text.value = drafts.get(file.path) ?? file.saved ?? "";
    text.readOnly = !file.isText;
    parts.save.hidden = !file.isText;
    describe();
    text.focus();
    text.setSelectionRange(0, 0);
    text.scrollTop = 0;
  }

  /** Keeps what differs from the saved text. */
  function remember() {
    const changed = text.value !== file.saved;
    if (changed) drafts.set(file.path, text.value);
    else drafts.delete(file.path);
    markUnsaved(`${box.id}:${file.path}`, changed);
    describe();
  }

  function describe() {
    const changed = drafts.has(file.path);
    parts.revert.hidden = !changed || file.saved === undefined;
    parts["editor-note"].textContent = !file.isText ? "Not text: shown as it is, and not saved from here."
      : file.saved === undefined ? "New file, not saved yet."
      : changed ? "Unsaved changes." : "Saved.";
  }

  async function save() {
    if (!file?.isText) return;
    const saving = file;
    const content = text.value;
    await reporting(problem, async () => {
      const { ms } = await timed(() => box.files.write({ path: saving.path, content: content.replaceAll("\n", saving.lineEnd) }));
      saving.saved = content;
      if (drafts.get(saving.path) === content) {
        drafts.delete(saving.path);
        markUnsaved(`${box.id}:${saving.path}`, false);
      }
      if (saving === file) remember();
      say(`${saving.path} saved in ${formatDuration(ms)}.`);
      onSaved();
    });
  }

  function hide() {
    file = undefined;
    parts["editor-form"].hidden = true;
    parts["editor-empty"].hidden = false;
  }

  function refuse(error) {
    showProblem(parts["files-problem"], error);
  }

  return {
    open,
    create,
    /** The box is gone: nothing is left to save to. */
    forgetDrafts() {
      for (const path of drafts.keys()) markUnsaved(`${box.id}:${path}`, false);
      drafts.clear();
    },
  };
}

/** Whether nothing was lost when the file was read as text. */
function isText(content) {
  return !/[\0\ufffd]/.test(content);
}
