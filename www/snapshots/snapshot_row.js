/** One snapshot in the list: its name, what is known of it, and what can be done with it. */

import { confirmButton } from "../page/confirm.js";
import { element } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { formatBytes, formatDuration, formatMoment } from "../page/format.js";

/** A row for `snapshot`; `restore(snapshot)` and `remove(snapshot)` do what its buttons say. */
export function makeSnapshotRow(snapshot, { restore, remove }) {
  const restoreButton = element("button", {
    type: "button",
    "aria-label": `Restore ${snapshot.name} into a new box`,
    on: { click: () => whileBusy(restoreButton, () => restore(snapshot)) },
  }, "Restore");
  return element("li", { class: "row snapshot" },
    element("div", { class: "snapshot-text" },
      element("p", { class: "row-name", dir: "auto" }),
      element("p", { class: "took" }),
      element("p", { class: "row-note" })),
    element("div", { class: "actions" },
      restoreButton,
      confirmButton({ label: "Delete", name: snapshot.name, act: () => remove(snapshot) })));
}

/** Writes what is known of `snapshot` now, and how long taking it took when that happened on this page. */
export function fillSnapshotRow(row, snapshot, tookMs) {
  const [name, took, note] = row.firstElementChild.children;
  row.dataset.status = snapshot.status;
  name.textContent = snapshot.name || snapshot.id;
  name.title = snapshot.id;
  const state = snapshot.status === "ready" ? undefined : snapshot.status;
  note.textContent = [state, formatMoment(snapshot.createdAt), formatBytes(snapshot.sizeBytes)].filter(Boolean).join(" · ");
  took.hidden = tookMs === undefined;
  if (tookMs !== undefined) {
    took.replaceChildren(element("span", { class: "visually-hidden" }, "taken in "), formatDuration(tookMs));
  }
}
