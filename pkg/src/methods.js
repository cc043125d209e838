/** Methods that are nothing but one call: the rows of the table whose name has parentheses. */

import { ROWS } from "#rows";

/** Those methods: for what their names begin with, each one's word and its parameters. */
const methods = {};
for (const row of ROWS.split("\n")) {
  const [, prefix, method, list] = /^([\w.]+\.)(\w+)\((.*?)\)/.exec(row) ?? [];
  if (method) (methods[prefix] ??= []).push([method, list ? list.split(", ") : []]);
}

/**
 * Gives a class those whose name is `prefix` and one word. `sender(self, options)` is what does the
 * call: a connection, or a box's own.
 */
export function define(target, prefix, sender) {
  for (const [method, params] of methods[prefix]) {
    const value = function (...given) {
      const options = given[params.length];
      const args = Object.fromEntries(params.map((param, at) => [param, given[at]]));
      return sender(this, options).call(prefix + method, args, options);
    };
    // As those of a class body are.
    Object.defineProperty(target, method, { value, configurable: true, writable: true });
    Object.defineProperty(value, "name", { value: method });
  }
}
