/** The disk of the machine that the program runs on, where it has one. No bundler sees an import of it. */

import { failure } from "./error.js";

/** A module of Node's own, from Node, Bun or Deno. */
export function local(module, what) {
  const found = globalThis.process?.getBuiltinModule?.(module);
  if (found) return found;
  const where = "Node 20.16 or 22.3 and later, Bun or Deno";
  throw failure("unsupported", `${what} uses this machine's disk, which needs ${where}.`);
}
