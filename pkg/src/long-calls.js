/**
 * Node's `fetch` gives up a call that is silent for 300 seconds, which a command may well be: no call of this
 * package does. Whatever the program has set up for all its calls, a proxy or a mock, stays in force.
 */

/** Where Node keeps what sends its requests; by how it talks to whoever reads the answer. */
const OLD = Symbol.for("undici.globalDispatcher.1");
const NEW = Symbol.for("undici.globalDispatcher.2");

const patient = {
  dispatch(options, handler) {
    // They are made for this one request.
    options.headersTimeout = options.bodyTimeout = 0;
    return sender(handler.onRequestStart).dispatch(options, handler);
  },
  // Node gives a mock the body as it was handed over.
  get isMockActive() {
    return sender()?.isMockActive;
  },
};

const sender = (isNew) => (isNew && globalThis[NEW]) || globalThis[OLD] || globalThis[NEW];

/** Lets the call that `init` describes take its time. Bun and Deno have no such sender, and ignore this. */
export function lasting(init) {
  if (sender()) init.dispatcher = patient;
}
