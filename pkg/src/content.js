/** Content in all the forms in which users have it. */

/** Bytes in one of their forms; undefined for anything else. */
export function viewOf(bytes) {
  if (ArrayBuffer.isView(bytes)) return new Uint8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  // Not instanceof, which is false for a buffer of another realm.
  if (Object.prototype.toString.call(bytes) == "[object ArrayBuffer]") return new Uint8Array(bytes);
}

/** A stream, a Blob or a response read to its end; anything else as it is. */
async function read(content) {
  if (content?.getReader) content = new Response(content);
  return content?.arrayBuffer ? content.arrayBuffer() : content;
}

/** Content that is not text, as bytes. */
export const bytesOf = async (content) => viewOf(await read(content));

/** Content as a Blob. */
export async function blobOf(content) {
  if (content?.getReader) content = await new Response(content).blob();
  if (content?.arrayBuffer) return content;
  const part = typeof content == "string" ? content : viewOf(await content);
  if (part !== undefined) return new Blob([part]);
}
