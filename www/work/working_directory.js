/**
 * The directory of the command line. Pure text.
 *
 * Each command runs in a shell of its own, so a `cd` would be forgotten at once. The page remembers it and
 * begins each later command there.
 */

/** Where a box's work begins. */
export const HOME = "/workspace/home";

/** What `cd` is asked to go to, when that is all the command does; otherwise undefined. */
export function targetOfCd(command) {
  const match = /^cd(?:\s+([^;&|<>\n]*))?$/.exec(command.trim());
  return match ? match[1]?.trim() || HOME : undefined;
}

/** `path` as it is told in a prompt. */
export function shortPath(path) {
  if (path === HOME) return "~";
  return path.startsWith(`${HOME}/`) ? `~${path.slice(HOME.length)}` : path;
}

/** The path of what is called `name` in `folder`. */
export function join(folder, name) {
  return folder === "/" ? `/${name}` : `${folder}/${name}`;
}
