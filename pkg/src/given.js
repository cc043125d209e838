/** What comes from the user's side: functions, content and the local disk. Whatever they throw is a BoxError. */

import { BoxError, failure, words } from "./error.js";

const unusable = (message, thrown) => failure("invalid_argument", `${message}: ${words(thrown)}`, thrown);

/** Calls a function of the user's, if there is one. */
export function tell(name, option, callback, facts) {
  try {
    callback?.(facts);
  } catch (thrown) {
    throw unusable(`${name}: option \`${option}\` threw`, thrown);
  }
}

/** Tells how far a transfer is, with the percentage where the whole is known. */
export function progressed(name, callback, bytes, totalBytes) {
  const part = totalBytes ? { bytes, totalBytes, percent: Math.floor((bytes * 100) / totalBytes) } : { bytes };
  tell(name, "onProgress", callback, part);
}

/** What a promise gives that depends on the user's side. */
export async function given(what, promise) {
  try {
    return await promise;
  } catch (thrown) {
    throw thrown instanceof BoxError ? thrown : unusable(`${what} failed`, thrown);
  }
}
