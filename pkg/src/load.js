/** Loads the WebAssembly, once, inside the first call that needs it. */

import start, { Client } from "../generated/upstash_box_wasm.js";
import { ROWS } from "#rows";
import { instantiate, source } from "#wasm";
import { failure, words } from "./error.js";

let ready;
let loaded = false;

/** Whether calls need not wait for it. */
export const isReady = () => loaded;

/**
 * Loads the WebAssembly now, or from a place of one's own: a WebAssembly.Module, its bytes, or a
 * Response or URL that gives them. A failed load can be tried again.
 */
export function init(input) {
  return (ready ??= load(input).catch((thrown) => {
    ready = undefined;
    const advice = "A page with a Content-Security-Policy needs 'wasm-unsafe-eval' in script-src.";
    throw failure("wasm_unavailable", `WebAssembly could not be loaded: ${words(thrown)}. ${advice}`, thrown);
  }));
}

async function load(input) {
  let module = (await input) ?? (await source());
  if (typeof module == "string" || module instanceof URL) module = await fetch(module);
  if (typeof module.arrayBuffer == "function") {
    if (!module.ok) throw new Error(`${module.url} was answered with status ${module.status}`);
    module = await module.arrayBuffer();
  }
  await start((imports) => instantiate(module, imports));
  if (!loaded) Client.takeRows(ROWS);
  loaded = true;
}
