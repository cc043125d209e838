/**
 * What Node's own `fetch` has to be told. It gives up a call that is silent for 300 seconds, which a command may
 * well be, and it makes a text that it sends a stream that it reads again. Neither happens to a call of this
 * package. Whatever the program has set up for all its calls, a proxy or a mock, stays in force.
 */

/** Where Node keeps what sends its requests; by how it talks to whoever reads the answer. */
const OLD = Symbol.for("undici.globalDispatcher.1");
const NEW = Symbol.for("undici.globalDispatcher.2");

const sender = (isNew) => (isNew && globalThis[NEW]) || globalThis[OLD] || globalThis[NEW];

function dispatch(options, handler) {
  // They are made for this one request.
  options.headersTimeout = options.bodyTimeout = 0;
  return sender(handler.onRequestStart).dispatch(options, handler);
}

/** Asks for the body as Node has it for any other sender. */
const patient = {
  dispatch,
  get isMockActive() {
    return sender()?.isMockActive;
  },
};

/** Asks for the body as a mock is given it, which is as it was handed over: a seventh of what a call takes. */
const direct = { dispatch, isMockActive: true };

/** Completes what `fetch` is called with. Bun and Deno have no such sender, and ignore this. */
export function forNode(init) {
  if (sender()) init.dispatcher = typeof init.body == "string" ? direct : patient;
}
