/** The disk of the machine that the program runs on, where it has one. No bundler sees an import of it. */

import { failure } from "./error.js";

/** A module of Node's own, from Node, Bun or Deno. */
export function local(module, what) {
  const found = globalThis.process?.getBuiltinModule?.(module);
  if (found) return found;
  throw failure("unsupported", `${what}: the local disk needs Node 20.16, 22.3 or later, Bun or Deno.`);
}
