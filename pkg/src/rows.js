/** The table of routes as this side needs it: the names of a call's arguments, in Rust's order. */

import { Client } from "../generated/upstash_box_wasm.js";
import { invalid } from "./error.js";

/** Options of every call, which do not travel. */
const OF_EVERY_CALL = ["signal", "timeoutMs", "apiKey", "baseUrl"];

const rows = new Map();
const warned = new Set();

/** What is known of the row of this name, each read once. */
export function rowOf(name) {
  let row = rows.get(name);
  if (!row) {
    const [place, wait, ...names] = Client.row(name).split(" ");
    const parts = names.map((name) => name.split("."));
    row = { name, place: +place, waits: !!wait, parts, known: new Set([...OF_EVERY_CALL, ...names]) };
    for (const [group, member] of parts) if (member) row.known.add(group), (row[group] ??= new Set()).add(member);
    rows.set(name, row);
  }
  return row;
}

/** The values of a row's arguments, then the working directory. What a method sets wins over what the user gave. */
export function valuesOf(row, args, options) {
  for (const name in options) check(row, row.known, name, options[name]);
  const values = row.parts.map(([name, member]) => {
    const value = args[name] ?? options?.[name];
    if (!member) return value;
    // Once for each member, which does no harm.
    if (typeof value == "object") for (const inner in value) check(row, row[name], inner, value[inner], name + ".");
    else if (value !== undefined) throw invalid(`${row.name}: option \`${name}\` must be an object.`);
    return value?.[member];
  });
  values.push(args.cwd);
  return values;
}

/** Tells the developer of an option that does not exist, once. */
export function check(row, known, name, value, group = "") {
  if (known.has(name) || value == null) return;
  // So begins what is no list of options, but a text or an array.
  if (name == "0") throw invalid(`${row.name}: options must be an object.`);
  const meant = name == "cwd" ? " It is called `folder`." : "";
  const text = `${row.name}: there is no option \`${group}${name}\`; it was ignored.${meant}`;
  if (warned.has(text) || warned.size > 1000) return;
  warned.add(text);
  console.warn(text);
}
