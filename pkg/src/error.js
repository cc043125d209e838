/** The one error of the package. It never holds the API key. */

export class BoxError extends Error {
  constructor({ message, cause, ...facts }) {
    super(message, cause === undefined ? undefined : { cause });
    for (const [name, value] of Object.entries(facts)) if (value != null) this[name] = value;
  }
}
Object.defineProperty(BoxError.prototype, "name", { value: "BoxError", configurable: true, writable: true });

/** What was thrown, as a BoxError. Rust throws its facts in a list; anything else is a defect of this package. */
export function toBoxError(thrown, cause) {
  if (thrown instanceof BoxError) return thrown;
  if (!Array.isArray(thrown)) return failure("internal", `upstash-box-wasm failed: ${words(thrown)}`, thrown);
  const [code, retryable, status, requestId, leftBehind, ...message] = String(thrown[0]).split("\0");
  const facts = { status: +status || null, requestId: requestId || null, leftBehind: leftBehind || null };
  return new BoxError({ code, message: message.join("\0"), retryable: !!retryable, ...facts, cause });
}

/** What was thrown, in words. Anything can be thrown: even what can't be turned into text. */
export function words(thrown) {
  const found = [];
  try {
    for (let error = thrown; error != null && found.length < 3; error = error.cause) {
      const text = typeof error == "object" ? error.message || error.code : error;
      if (text) found.push(String(text));
    }
  } catch {}
  return found.join(": ");
}

/** A failure that is noticed on this side. */
export const failure = (code, message, cause, retryable = false) => new BoxError({ code, message, retryable, cause });

/** An argument that can't be used. */
export const invalid = (message) => failure("invalid_argument", message);
