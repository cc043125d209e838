/** Methods that are nothing but one call: the rows of the table whose name has parentheses. */

import { ROWS } from "#rows";

/**
 * Gives a class those whose name is `prefix` and one word. `sender(self, options)` is what does the
 * call: a connection, or a box's own.
 */
export function define(target, prefix, sender) {
  for (const [, method, list] of ROWS.matchAll(new RegExp(`^${prefix}(\\w+)\\((.*?)\\)`, "gm"))) {
    const params = list.split(", ").filter(Boolean);
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
