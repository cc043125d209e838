/** Answers as JavaScript sees them: names in camelCase, times as ISO 8601 text. */

/** Members whose content is the user's own, in the wire's spelling: their names stay. */
const OPAQUE = new Set(["agent_options", "attach_headers", "data", "env_vars", "headers", "input", "webhook_headers"]);

/** Names in camelCase, each made once. */
const names = new Map();

export function camel(value) {
  if (Array.isArray(value)) return value.map(camel);
  if (value === null || typeof value != "object") return value;
  const result = {};
  for (const name in value) {
    // It would change what the result is, not what it has.
    if (name == "__proto__") continue;
    const member = value[name];
    // A number in such a member is a time in Unix seconds.
    const isTime = typeof member == "number" && (name.endsWith("_at") || name == "timestamp");
    result[camelName(name)] = isTime ? iso(member) : OPAQUE.has(name) ? member : camel(member);
  }
  return result;
}

function camelName(name) {
  let known = names.get(name);
  if (!known) {
    known = name.replace(/(?!^)_+(.)/g, (_, letter) => letter.toUpperCase());
    // Names that a service makes up as it goes must not fill the memory.
    if (names.size < 1000) names.set(name, known);
  }
  return known;
}

/** The day of the latest time, and its text: Date takes longer than everything else here together. */
let day;
let date;

const two = (number) => (number < 10 ? "0" : "") + number;

function iso(seconds) {
  // Recordings have milliseconds; as seconds those would be in the year 5138 at least.
  const ms = Math.round(seconds < 1e11 ? seconds * 1000 : seconds);
  const days = Math.floor(ms / 864e5);
  if (days != day) {
    const time = new Date(days * 864e5);
    if (isNaN(time)) return seconds;
    date = time.toISOString().slice(0, -13);
    day = days;
  }
  const rest = ms - days * 864e5;
  const part = (unit, count) => two(Math.floor(rest / unit) % count);
  return `${date}${part(36e5, 24)}:${part(6e4, 60)}:${part(1000, 60)}.${String(rest % 1000).padStart(3, "0")}Z`;
}
