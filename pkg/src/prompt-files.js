/** Files that go with a prompt: data, Blobs, or paths on the local disk. */

import { toBase64 } from "./base64.js";
import { bytesOf } from "./content.js";
import { invalid } from "./error.js";
import { given } from "./given.js";
import { local } from "./local.js";

const MOST = 10;
const MOST_BYTES = 10 * 2 ** 20;

/** Images, PDFs and plain text are what models read; anything else says its own type. */
function typeOf(name) {
  const [, end] = /\.(png|jpe?g|gif|webp|pdf|txt)$/i.exec(name) ?? [];
  if (!end) return "application/octet-stream";
  const kind = end.toLowerCase().replace("jpg", "jpeg");
  return kind == "pdf" ? "application/pdf" : kind == "txt" ? "text/plain" : `image/${kind}`;
}

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
    data = local("fs", name).promises.readFile(file);
  } else if (typeof file?.arrayBuffer == "function") {
    ({ name: filename, type: mediaType } = file);
    data = file;
  }
  data = await given(`${name}: option \`files\``, data);
  const bytes = await given(`${name}: option \`files\``, bytesOf(data));
  if (!bytes && typeof data != "string") {
    throw invalid(`${name}: each of \`files\` must be a Blob, a path, or have \`data\`.`);
  }
  if ((bytes?.length ?? data.length * 0.75) > MOST_BYTES) throw invalid(`${name}: each of \`files\` may have 10 MB.`);
  mediaType ||= typeOf(filename);
  return { data: bytes ? toBase64(bytes) : data, mediaType, filename };
}
