/** Reads a file of either side as text, when it is text that a person would read. */

/** A line by line comparison of more helps nobody, and takes long. */
const LARGEST = 1_000_000;

/** The text of a changed file, or `{ instead }`: why it is not shown. */
export async function readText(files, { path, pathBase64 }, size) {
  if (pathBase64 !== undefined) return { instead: "The name of this file is no text, so the page can't ask for it." };
  if (size > LARGEST) return { instead: "This file is too large to be compared here." };
  const bytes = await files.read(path, { encoding: "bytes" });
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch {
    return { instead: "This file is not text." };
  }
}
