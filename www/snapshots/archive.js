/** Snapshots that leave as files and come in from them. */

import { byId } from "../page/dom.js";
import { formatBytes, formatDuration } from "../page/format.js";
import { reporting } from "../page/problem.js";
import { saveFile } from "../page/save_file.js";
import { say } from "../page/status_line.js";
import { timed } from "../page/timing.js";

/** Saves a snapshot on this machine, as an OCI image layout in a tar file. */
export async function exportToFile(client, snapshot) {
  const { value: blob, ms } = await timed(async () => new Response(await client.exportSnapshot(snapshot.id)).blob());
  saveFile(blob, `${snapshot.name.replaceAll(/[^\w.-]+/g, "-")}.tar`);
  say(`${snapshot.name} exported, ${formatBytes(blob.size)} in ${formatDuration(ms)}.`);
}

/** Wires the field for archives; `onImported(snapshot)` hears of each that came in. */
export function wireImport(client, { problem, onImported }) {
  const input = byId("import-snapshot");
  input.addEventListener("change", async () => {
    const [file] = input.files;
    if (!file) return;
    input.closest("label").setAttribute("aria-busy", "true");
    await reporting(problem, async () => {
      const { value: snapshot, ms } = await timed(() => client.importSnapshot(file));
      await onImported(snapshot);
      say(`${snapshot.name} imported in ${formatDuration(ms)}, and a box made from it.`);
    });
    input.closest("label").removeAttribute("aria-busy");
    input.value = "";
  });
}
