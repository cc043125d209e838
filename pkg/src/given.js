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

/** What a promise gives that depends on the user's side. */
export async function given(what, promise) {
  try {
    return await promise;
  } catch (thrown) {
    throw thrown instanceof BoxError ? thrown : unusable(`${what} failed`, thrown);
  }
}
