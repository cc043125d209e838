/** One call of the user's: its deadline, its signal and its timers, none of which outlives it. */

import { invalid, toBoxError } from "./error.js";

/** The longest delay that setTimeout knows; a longer one would fire at once. */
const LONGEST_TIMER = 2 ** 31 - 1;

const warned = new Set();

export class Call {
  /** Whether the call has ended early: 0 for no, 1 by its deadline, 2 by its signal. */
  ended = 0;
  /** What was thrown, for `BoxError.cause`. */
  cause;
  #controller;
  #signal;
  #timer;

  constructor({ signal, timeoutMs } = {}, defaultMs) {
    const ms = timeoutMs ?? defaultMs;
    // Most calls can't end early, and are cheaper without.
    if (ms !== undefined || signal != null) this.#controller = new AbortController();
    if (ms !== undefined && !(ms > 0)) throw invalid("option `timeoutMs` must be a number of milliseconds above 0.");
    if (signal != null) {
      if (typeof signal.addEventListener != "function") throw invalid("option `signal` must be an AbortSignal.");
      this.#signal = signal;
      if (signal.aborted) this.#abort();
      else signal.addEventListener("abort", this.#abort);
    }
    if (ms <= LONGEST_TIMER) this.#timer = setTimeout(() => this.#end(1), ms);
  }

  get signal() {
    return this.#controller?.signal;
  }

  /** Remembers what was thrown, and says it in words. */
  caught(thrown) {
    this.cause ??= thrown;
    const words = [];
    for (let error = thrown; error != null && words.length < 3; error = error.cause) {
      const text = typeof error == "object" ? error.message || error.code : error;
      if (text) words.push(String(text));
    }
    return words.join(": ");
  }

  /** Tells the developer, once for each text. */
  warn(text) {
    if (warned.has(text)) return;
    warned.add(text);
    console.warn(text);
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
    return toBoxError(thrown, this.cause);
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
    this.#controller?.abort();
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
