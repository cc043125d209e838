/** Async iterables over the body of a request, which `break` cancels. */

import { BoxError, failure } from "./error.js";
import { callOn } from "./part.js";
import { camel } from "./shape.js";

export const CUT_OFF = "The stream ended before it said how the run ended: the connection or the server was lost.";

/** The chunks of a stream. The request ends with the loop, whoever ends it. */
export async function* chunks({ call, stream }) {
  let reader;
  let whole = false;
  try {
    reader = stream.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) break;
      yield value;
    }
    whole = true;
  } catch (thrown) {
    throw lost(call, thrown);
  } finally {
    if (whole) call.close();
    else call.cancel();
  }
}

/** A stream of bytes as users take it, from an opened call or from chunks. */
export function readable(opened) {
  const iterator = opened.chunks ?? chunks(opened);
  return new ReadableStream({
    async pull(controller) {
      const { done, value } = await iterator.next();
      if (done) controller.close();
      else controller.enqueue(value);
    },
    async cancel() {
      opened.call?.cancel();
      await iterator.return();
    },
  });
}

/** The values of a stream that has one in each line. */
export async function* lines(opened) {
  const text = new TextDecoder();
  let rest = "";
  for await (const chunk of chunks(opened)) {
    const whole = (rest + text.decode(chunk, { stream: true })).split("\n");
    rest = whole.pop();
    for (const line of whole) yield value(line);
  }
  if (rest) throw failure("stream_truncated", CUT_OFF);
}

function value(line) {
  let cause;
  try {
    const found = camel(JSON.parse(line));
    if (found && typeof found == "object") return found;
  } catch (error) {
    cause = error;
  }
  throw failure("invalid_response", "A line of the answer is not JSON that can be used.", cause);
}

/** What one line says went wrong. */
export function failed(error) {
  if (error instanceof BoxError) return error;
  if (!error?.error) return failure("invalid_response", "A line of the answer says neither what was made nor what went wrong.");
  return failure(error.code || "internal", String(error.error));
}

/** Why a stream broke. */
function lost(call, thrown) {
  const words = call.caught(thrown);
  const [code, message] = [
    ["network", `The connection was lost while the stream was read: ${words}`],
    ["timeout", "The time for this call ran out (`timeoutMs`)."],
    ["aborted", "The call was ended by its `signal`."],
    ["aborted", "The stream was cancelled."],
  ][call.ended];
  return failure(code, `${call.name}: ${message}`, call.cause, code != "aborted");
}

/**
 * A promise of a stream that can also be iterated as it stands, so that both
 * `for await (… of await box.exec.stream(…))` and `for await (… of box.exec.stream(…))` work.
 */
export function iterable(promise) {
  return Object.assign(promise, {
    async *[Symbol.asyncIterator]() {
      yield* await promise;
    },
  });
}

/**
 * The elements of batches that come one after the other. One that is there already costs a promise, and
 * not the three of an async generator.
 */
export class Elements {
  #batches;
  #batch = [].values();
  #more;

  /** Each of `batches` is an iterator; what it throws ends them all. */
  constructor(batches) {
    this.#batches = batches;
  }

  [Symbol.asyncIterator]() {
    return this;
  }

  next() {
    // Whoever asks again before the last answer came gets what is after it.
    if (this.#more) return this.#more.then(() => this.next());
    try {
      const next = this.#batch.next();
      if (!next.done) return Promise.resolve(next);
    } catch (thrown) {
      return this.#batches.throw(thrown);
    }
    const found = this.#find();
    const forget = () => (this.#more = undefined);
    this.#more = found.then(forget, forget);
    return found;
  }

  return() {
    this.#batch = [].values();
    return this.#batches.return();
  }

  async #find() {
    const { done, value } = await this.#batches.next();
    if (done) return { done, value };
    this.#batch = value;
    try {
      const next = value.next();
      return next.done ? this.#find() : next;
    } catch (thrown) {
      return this.#batches.throw(thrown);
    }
  }
}

/** A run whose elements are still coming. It is what `exec.stream` and `agent.stream` give. */
export class StreamRun {
  id;
  status = "running";
  #elements;
  #opened;
  #part;
  #startedAt = new Date(Math.floor(Date.now() / 1000) * 1000).toISOString();

  constructor(opened, elements, part) {
    this.#opened = opened;
    this.#part = part;
    this.#elements = elements(this);
  }

  [Symbol.asyncIterator]() {
    return this.#elements;
  }

  /** Ends the run without reading on. */
  async cancel(options) {
    const { id, status } = this;
    const goesOn = status == "running" || status == "detached";
    if (goesOn) this.status = "cancelled";
    this.#opened.call.cancel();
    await this.#elements.return();
    // The service ends a command that nobody reads; an agent goes on until it is told.
    if (id && goesOn) await callOn(this.#part, "box.cancelRun", options, { runId: id });
  }

  /** What the box logged while the run went on, by the service's clock where the run has an id. */
  async logs(options) {
    const { id: runId } = this;
    const { signal, timeoutMs } = options ?? {};
    const run = runId && (await callOn(this.#part, "box.getRun", { signal, timeoutMs }, { runId }));
    const { createdAt, completedAt } = run || { createdAt: this.#startedAt };
    const entries = await callOn(this.#part, "box.logs", options);
    return entries.filter(({ timestamp }) => timestamp >= createdAt && !(timestamp > completedAt));
  }
}

/** Nobody reads on: what was not finished is left alone. */
export const leave = (run) => {
  if (run.status == "running") run.status = "detached";
};
