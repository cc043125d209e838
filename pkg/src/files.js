/** `box.files`: reading, writing and listing. Content is text, bytes, or a Blob. */

import { fromBase64, toBase64 } from "./base64.js";
import { invalid } from "./error.js";
import { define } from "./methods.js";

export class Files {
  #send;

  constructor(send) {
    this.#send = send;
  }

  async read(path, { encoding, ...options } = {}) {
    const bytes = encoding == "bytes";
    const content = await this.#send.call("box.files.read", { path, encoding: bytes ? "base64" : encoding }, options);
    return bytes ? fromBase64(content) : content;
  }

  async write({ path, content, encoding, signal, timeoutMs, ...others }) {
    const bytes = await bytesOf(content);
    if (!bytes && typeof content != "string") {
      throw invalid("box.files.write: option `content` must be a string, Uint8Array, ArrayBuffer or Blob.");
    }
    const travels = bytes ? { content: toBase64(bytes), encoding: "base64" } : { content, encoding };
    await this.#send.call("box.files.write", { path, ...travels, ...others }, { signal, timeoutMs });
  }

  static {
    define(this.prototype, "box.files.", (files) => files.#send);
  }
}

/** Content that is not text, as bytes. */
async function bytesOf(content) {
  if (typeof content?.arrayBuffer == "function") content = await content.arrayBuffer();
  if (ArrayBuffer.isView(content)) return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  // Not instanceof, which is false for a buffer of another realm.
  if (Object.prototype.toString.call(content) == "[object ArrayBuffer]") return new Uint8Array(content);
}
