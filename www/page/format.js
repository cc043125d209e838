/** Numbers and times as people read them. Pure. */

// Keeps a number and its unit on one line.
const GAP = "\u00a0";

/** `4.2 ms`, `380 ms`, `2.41 s`. */
export function formatDuration(ms) {
  if (ms < 100) return `${ms.toFixed(1)}${GAP}ms`;
  if (ms < 1000) return `${Math.round(ms)}${GAP}ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(2)}${GAP}s`;
  return `${Math.floor(ms / 60_000)} min ${Math.round((ms % 60_000) / 1000)} s`;
}

/** `0 B`, `52.4 MB`. */
export function formatBytes(bytes) {
  const units = ["B", "kB", "MB", "GB", "TB"];
  let value = Number(bytes) || 0;
  let unit = 0;
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000;
    unit += 1;
  }
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)}${GAP}${units[unit]}`;
}

const clock = new Intl.DateTimeFormat(undefined, { hour: "2-digit", minute: "2-digit", second: "2-digit" });
const day = new Intl.DateTimeFormat(undefined, { dateStyle: "medium", timeStyle: "short" });

/** The time of day for today's moments, with the date for older ones. */
export function formatMoment(moment, now = new Date()) {
  const date = new Date(moment);
  if (Number.isNaN(date.getTime())) return "";
  return (date.toDateString() === now.toDateString() ? clock : day).format(date);
}
