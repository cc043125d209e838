/**
 * Deleting a box so that it can be had back: its disk is saved first, which takes milliseconds.
 *
 * What comes back is a new box with the same disk and name. The saved disk goes when the offer does.
 */

import { byId, element } from "../page/dom.js";
import { formatDuration } from "../page/format.js";
import { say } from "../page/status_line.js";
import { timed } from "../page/timing.js";

/** How long the offer stands; and how long the saved disk does, which nobody needs longer. */
const OFFER_MS = 30_000;
const KEPT_S = 60;

/** Deletes `box`, called `label`. `onRestored(box, ms)` hands over what an undo brought back. */
export async function deleteWithUndo(client, box, label, { onRestored, onFailed }) {
  const saved = await box.snapshot({ name: `before deleting ${label}`.slice(0, 60), expiresIn: KEPT_S }).catch(() => undefined);
  const { ms } = await timed(() => box.delete());
  say(`${label} deleted in ${formatDuration(ms)}.`);
  if (!saved) return;
  const place = byId("undo");
  const offer = element("span", { class: "undo" });
  const timer = setTimeout(end, OFFER_MS);
  offer.append(element("button", {
    type: "button", class: "soft", on: { click: () => { end(); undo().catch(onFailed); } },
  }, `Undo: bring ${label} back`));
  place.replaceChildren(offer);

  function end() {
    clearTimeout(timer);
    offer.remove();
  }

  async function undo() {
    const { value, ms: took } = await timed(() => client.restore(saved.id, box.name ? { name: box.name } : {}));
    await onRestored(value, took);
    say(`${label} is back, as a new box, in ${formatDuration(took)}.`);
  }
}
