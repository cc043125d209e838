/** Content in all the forms in which users have it. */

/** Content that is not text, as bytes. */
export async function bytesOf(content) {
  if (typeof content?.getReader == "function") content = new Response(content);
  if (typeof content?.arrayBuffer == "function") content = await content.arrayBuffer();
  if (ArrayBuffer.isView(content)) return new Uint8Array(content.buffer, content.byteOffset, content.byteLength);
  // Not instanceof, which is false for a buffer of another realm.
  if (Object.prototype.toString.call(content) == "[object ArrayBuffer]") return new Uint8Array(content);
}

/** Content as a Blob; a stream is read to its end. */
export async function blobOf(content) {
  if (typeof content?.getReader == "function") content = new Response(content).blob();
  content = await content;
  if (typeof content?.arrayBuffer == "function") return content;
  const bytes = typeof content == "string" ? content : await bytesOf(content);
  if (bytes !== undefined) return new Blob([bytes]);
}
