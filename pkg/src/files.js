/** `box.files`: reading, writing, listing, and moving files to and from where the program runs. */

import { fromBase64, toBase64 } from "./base64.js";
import { bytesOf } from "./content.js";
import { invalid } from "./error.js";
import { missing } from "./features.js";
import { given } from "./given.js";
import { define } from "./methods.js";
import { Part, callOn, openOn, senderOf } from "./part.js";
import { readable } from "./streams.js";
import { download, upload, walk } from "./transfer.js";

export class Files extends Part {
  static {
    define(this.prototype, "box.files.", senderOf);
  }

  async read(path, { encoding, ...options } = {}) {
    const bytes = encoding == "bytes";
    const travels = { path, encoding: bytes ? "base64" : encoding };
    const content = await callOn(this, "box.files.read", options, travels);
    return bytes ? fromBase64(content) : content;
  }

  async stream(path, options) {
    return readable(await openOn(this, "box.files.stream", options, { path }));
  }

  async write({ path, content, encoding, onProgress, ...options } = {}) {
    // A form carries bytes as they are, so its progress is the content's.
    const decodes = onProgress && encoding == "base64";
    const bytes = await given("box.files.write: option `content`", decodes ? base64(content) : bytesOf(content));
    if (!bytes && typeof content != "string") {
      throw invalid("box.files.write: option `content` must be a string, Uint8Array, ArrayBuffer, Blob or ReadableStream.");
    }
    if (onProgress) return upload(this, { destination: path, content: bytes ?? content }, { onProgress, ...options });
    const travels = bytes ? { content: toBase64(bytes), encoding: "base64" } : { content, encoding };
    await callOn(this, "box.files.write", options, { path, ...travels });
  }

  async tar(folder, options) {
    const name = "box.files.tar";
    return readable(await openOn(this, name, options, { folder }).catch(missing("files_archive", name)));
  }

  upload(files, options) {
    return upload(this, files, options);
  }

  walk(path, options) {
    return walk(this, path, options);
  }

  download(options) {
    return download(this, options);
  }
}

const base64 = async (text) => fromBase64(text);
