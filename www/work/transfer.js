/** Files that come from this machine or go to it, and repositories that are cloned. */

import { whileBusy } from "../page/busy.js";
import { formatBytes, formatDuration } from "../page/format.js";
import { reporting } from "../page/problem.js";
import { saveFile } from "../page/save_file.js";
import { say } from "../page/status_line.js";
import { timed } from "../page/timing.js";
import { join } from "./working_directory.js";

/** Wires dropping, uploading and cloning among `parts`. `folder()` is the one that is shown, `refresh()` shows it anew. */
export function wireTransfer(parts, box, { folder, refresh }) {
  const problem = parts["files-problem"];
  const input = parts.upload;
  const area = parts.browser;
  const progress = parts["upload-progress"];

  input.addEventListener("change", () => {
    upload([...input.files]).finally(() => { input.value = ""; });
  });
  area.addEventListener("dragover", (event) => {
    if (!event.dataTransfer.types.includes("Files")) return;
    event.preventDefault();
    area.classList.add("dropping");
  });
  area.addEventListener("dragleave", (event) => {
    if (!area.contains(event.relatedTarget)) area.classList.remove("dropping");
  });
  area.addEventListener("drop", (event) => {
    area.classList.remove("dropping");
    if (event.dataTransfer.files.length === 0) return;
    event.preventDefault();
    upload([...event.dataTransfer.files]);
  });
  parts["clone-form"].addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(parts["clone-go"], () => reporting(problem, clone));
  });

  /** One after the other, so that what is done can be told and a failure leaves the rest in peace. */
  function upload(files) {
    return reporting(problem, async () => {
      const { ms } = await timed(async () => {
        progress.max = files.length;
        for (const [done, file] of files.entries()) {
          progress.value = done;
          progress.hidden = false;
          await box.files.write({ path: join(folder(), file.name), content: file });
        }
      }).finally(() => { progress.hidden = true; });
      const bytes = files.reduce((sum, { size }) => sum + size, 0);
      say(`${files.length === 1 ? files[0].name : `${files.length} files`} uploaded, ${formatBytes(bytes)} in ${formatDuration(ms)}.`);
      await refresh();
    });
  }

  async function clone() {
    const repo = parts["clone-url"].value.trim();
    if (!repo) {
      parts["clone-url"].focus();
      return;
    }
    const { ms } = await timed(() => box.git.clone({ repo }));
    parts["clone-url"].value = "";
    say(`Cloned in ${formatDuration(ms)}.`);
    await refresh();
  }

  /** Saves a file of the box on this machine. */
  function download(path) {
    return reporting(problem, async () => {
      const bytes = await box.files.read(path, { encoding: "bytes" });
      saveFile(new Blob([bytes]), path.split("/").pop());
    });
  }

  return { download };
}
