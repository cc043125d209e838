/** One call of the user's: its deadline, its signal and its timers, none of which outlives it. */

import { forNode } from "#node-fetch";
import { invalid, toBoxError, words } from "./error.js";

/** The longest delay that setTimeout knows; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

/** How much of a page that is no JSON is read for its words. */
const LONGEST_PAGE = 4000;

/** How long an answer may be that does not say its length: one without an end would fill the memory. */
const LONGEST_ANSWER = 2 ** 28;

export class Call {
  /** Whether the call has ended early: 0 for no, 1 by its deadline, 2 by its signal, 3 by its reader. */
  ended = 0;
  /** What was thrown, for `BoxError.cause`. */
  cause;
  #controller;
  #signal;
  #timer;

  /**
   * `waitMs` is how long the call may take when the user does not say. Infinity is no deadline, but a call
   * that can be cancelled.
   */
  constructor(name, options, waitMs) {
    this.name = name;
    const signal = options?.signal;
    const ms = options?.timeoutMs ?? waitMs;
    if (ms !== undefined && !(ms > 0 && ms === +ms)) throw invalid("option `timeoutMs` must be a number of milliseconds above 0.");
    // Most calls can't end early, and are cheaper without.
    if (signal != null) {
      if (typeof signal.addEventListener != "function") throw invalid("option `signal` must be an AbortSignal.");
      this.#controller = new AbortController();
      this.#signal = signal;
      if (signal.aborted) this.#abort();
      else signal.addEventListener("abort", this.#abort);
    }
    if (ms === undefined) return;
    this.#controller ??= new AbortController();
    if (ms <= LONGEST_TIMER) this.#timer = setTimeout(() => this.#end(1), ms);
  }

  get signal() {
    return this.#controller?.signal;
  }

  /** Remembers what was thrown, and says it in words. */
  caught(thrown) {
    this.cause ??= thrown;
    return words(thrown);
  }

  /** Sends a request and gives the body of its answer: the stream, the JSON, or the text of a page. */
  async exchange(url, init, isStream) {
    const { signal } = this;
    if (signal) init.signal = signal;
    // A redirect would take the key to whoever it names.
    init.redirect = "manual";
    // Runtimes want it said when a body is a stream.
    init.duplex = "half";
    forNode?.(init);
    const response = (this.response = await fetch(url, init));
    // What is no response would fail later, in words that help nobody.
    if (typeof response?.status != "number" || !response.headers) throw new TypeError("fetch gave no response");
    if (isStream && response.ok) return response.body;
    const text = await whole(response);
    try {
      return text ? JSON.parse(text) : null;
    } catch {
      return String(text).slice(0, LONGEST_PAGE);
    }
  }

  /** Settles after this time, or as soon as the call ends. */
  sleep(ms) {
    const { signal } = this;
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener("abort", done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener("abort", done);
    });
  }

  /** What was thrown while this call ran, as a BoxError. */
  error(thrown) {
    const error = toBoxError(thrown, this.cause);
    // Rust can't tell which of the calls it was that ended early.
    if (this.ended && !error.message.startsWith(this.name)) error.message = `${this.name}: ${error.message}`;
    return error;
  }

  /** Lets the call take as long as it wants: only its signal ends it. */
  live() {
    clearTimeout(this.#timer);
  }

  /** Ends the call: a request that still runs is cancelled, and no timer or listener is left. */
  close() {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener("abort", this.#abort);
  }

  /** Cancels the request of a stream that is no longer read. */
  cancel() {
    this.close();
    this.#end(3);
  }

  #abort = () => {
    this.cause ??= this.#signal.reason;
    this.#end(2);
  };

  #end(why) {
    this.ended ||= why;
    this.#controller.abort();
  }
}

/** The text of an answer. */
async function whole(response) {
  const reader = !response.headers.get("content-length") && response.body?.getReader();
  if (!reader) return response.text();
  const chunks = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    // Most are one chunk, which is text at once; a decoder that remembers half a character is slow in Node.
    if (done) return chunks.length > 1 ? new Blob(chunks).text() : new TextDecoder().decode(chunks[0]);
    chunks.push(value);
    if ((length += value.length) > LONGEST_ANSWER) {
      reader.cancel().catch(() => {});
      throw new Error(`the answer has more than ${LONGEST_ANSWER} bytes`);
    }
  }
}
