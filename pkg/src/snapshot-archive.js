/** Snapshots on their way: out of a service and into one, as archives or through a registry. */

import { connect } from "./connection.js";
import { failure } from "./error.js";
import { missing } from "./features.js";
import { given, progressed, tell } from "./given.js";
import { CUT_OFF, chunks, failed, lines, readable } from "./streams.js";

const ARCHIVE = "snapshot_archive";
const REGISTRY = "snapshot_registry";

export async function exportSnapshot(id, { onProgress, ...options } = {}) {
  const name = "Box.exportSnapshot";
  const opened = await connect(options).open(name, { id }, options).catch(missing(ARCHIVE, name));
  return readable({ call: opened.call, chunks: counted(name, opened, onProgress) });
}

export async function importSnapshot(archive, { labels, ...options } = {}) {
  // Browsers send no streams over plain HTTP.
  const name = "Box.importSnapshot";
  if (archive?.getReader && !globalThis.process?.versions) archive = await given(`${name}: the archive`, new Response(archive).blob());
  return transfer(ARCHIVE, name, { archive, labels: labels?.join() }, options);
}

export const pushSnapshot = (id, options) => transfer(REGISTRY, "Box.pushSnapshot", { id }, options);

export const pullSnapshot = (options) => transfer(REGISTRY, "Box.pullSnapshot", {}, options);

async function* counted(name, opened, onProgress) {
  const totalBytes = Number(opened.call.response.headers.get("content-length"));
  let bytes = 0;
  for await (const chunk of chunks(opened)) {
    bytes += chunk.length;
    progressed(name, onProgress, bytes, totalBytes);
    yield chunk;
  }
}

/** Follows the lines of a transfer to its outcome. */
async function transfer(feature, name, args, { onProgress, ...options } = {}) {
  const more = { ...args, accept: "application/x-ndjson" };
  const opened = await connect(options).open(name, more, options).catch(missing(feature, name));
  for await (const { progress, snapshot, pushed, error } of lines(opened)) {
    const made = snapshot ?? pushed;
    if (made) return made;
    if (!progress) throw failed(error);
    tell(name, "onProgress", onProgress, progress);
  }
  throw failure("stream_truncated", CUT_OFF);
}
