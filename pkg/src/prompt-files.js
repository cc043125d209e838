/** Files that go with a prompt: data, Blobs, or paths on the local disk. */

import { toBase64 } from "./base64.js";
import { bytesOf } from "./content.js";
import { invalid } from "./error.js";
import { local } from "./local.js";

const MOST = 10;
const MOST_BYTES = 10 * 2 ** 20;

/** Media types that models read, by the end of a name. */
const TYPES = {
  png: "image/png", jpg: "image/jpeg", jpeg: "image/jpeg", gif: "image/gif", webp: "image/webp", svg: "image/svg+xml",
  pdf: "application/pdf", json: "application/json", txt: "text/plain", md: "text/markdown", csv: "text/csv", html: "text/html",
};

/** The same as they travel. */
export async function promptFiles(files, name) {
  if (!Array.isArray(files) || files.length > MOST) {
    throw invalid(`${name}: option \`files\` must be an array of at most ${MOST} files.`);
  }
  return Promise.all(files.map((file) => promptFile(file, name)));
}

async function promptFile(file, name) {
  let { data, mediaType, filename } = file ?? {};
  if (typeof file == "string") {
    filename = file.split(/[/\\]/).pop();
    data = await local("fs", `${name} with paths in \`files\``).promises.readFile(file);
  } else if (typeof file?.arrayBuffer == "function") {
    ({ name: filename, type: mediaType } = file);
    data = file;
  }
  const bytes = await bytesOf(data);
  if (!bytes && typeof data != "string") {
    throw invalid(`${name}: each of \`files\` must be a Blob, a path, or an object with \`data\` and \`mediaType\`.`);
  }
  if ((bytes?.length ?? (data.length * 3) / 4) > MOST_BYTES) throw invalid(`${name}: each of \`files\` may have at most 10 MB.`);
  mediaType ||= TYPES[filename?.split(".").pop().toLowerCase()] ?? "application/octet-stream";
  return { data: bytes ? toBase64(bytes) : data, mediaType, filename };
}
