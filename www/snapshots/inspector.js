/** What can be done with the chosen snapshot: the panel under the picture. */

import { confirmButton } from "../page/confirm.js";
import { byId, element } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { formatBytes, formatDuration, formatMoment } from "../page/format.js";
import { reporting } from "../page/problem.js";
import { say } from "../page/status_line.js";
import { timed } from "../page/timing.js";
import { exportToFile } from "./archive.js";
import { editForm } from "./edit_form.js";
import { forkForm } from "./fork_form.js";

/** Wires the panel; failures show in `problem`, the other functions hear what became of a snapshot. */
export function wireInspector(client, { problem, onChanged, onRestored, onForked, onRolledBack, onGone, onCompareStarted }) {
  const panel = byId("inspector");
  let shownFor = "";

  /** Shows `snapshot`, or nothing. `box` is the open one, called `label`. */
  function show(snapshot, { box, label, isDeleted }) {
    panel.hidden = snapshot?.kind !== "snapshot";
    // What stays the same keeps its focus and what is typed in it.
    const state = JSON.stringify([snapshot ?? null, box.id, isDeleted]);
    if (panel.hidden || state === shownFor) {
      if (panel.hidden) shownFor = "";
      return;
    }
    shownFor = state;
    panel.setAttribute("aria-label", `Snapshot ${snapshot.name}`);
    const form = element("div", { class: "inspector-form" });
    const more = (words, make) => action(words, `${words} ${snapshot.name}`, () => {
      form.replaceChildren(make());
      form.querySelector("input")?.focus();
    });
    const close = () => form.replaceChildren();
    panel.replaceChildren(
      element("h3", { class: "row-name", dir: "auto" }, snapshot.name),
      element("p", { class: "row-note mono" }, snapshot.id),
      element("p", { class: "row-note" }, describe(snapshot)),
      element("div", { class: "actions" },
        action("Restore", `Restore ${snapshot.name} into a new box`, () => restore(snapshot), "soft"),
        isDeleted ? "" : rollBackButton(snapshot, box, label),
        more("Fork", () => forkForm(client, snapshot, {
          problem, onForked: (made, ms) => onForked(made, snapshot, ms), onDone: onChanged, onClose: close,
        })),
        action("Compare", `Compare ${snapshot.name} with another`, onCompareStarted),
        more("Edit", () => editForm(client, snapshot, { problem, onSaved: onChanged, onClose: close })),
        action(snapshot.pinned ? "Unpin" : "Pin", `${snapshot.pinned ? "Unpin" : "Pin"} ${snapshot.name}`, () => pin(snapshot)),
        action("Verify", `Verify ${snapshot.name}`, () => verify(snapshot)),
        action("Export", `Export ${snapshot.name}`, () => exportToFile(client, snapshot)),
        snapshot.pinned ? "" : confirmButton({ label: "Delete", name: snapshot.name, act: () => remove(snapshot) })),
      form);
  }

  function action(words, name, act, kind) {
    const button = element("button", {
      type: "button", class: kind, "aria-label": name, on: { click: () => whileBusy(button, () => reporting(problem, async () => act())) },
    }, words);
    return button;
  }

  function rollBackButton(snapshot, box, label) {
    return confirmButton({
      label: "Go back", name: `${label} to ${snapshot.name}`, act: () => reporting(problem, async () => {
        const { ms } = await timed(() => box.rollback(snapshot.id));
        say(`${label} is back at ${snapshot.name}, in ${formatDuration(ms)}.`);
        onRolledBack(box.id);
        await onChanged();
      }),
    });
  }

  async function restore(snapshot) {
    const { value: restored, ms } = await timed(() => client.restore(snapshot.id));
    say(`Snapshot ${snapshot.name} restored in ${formatDuration(ms)}.`);
    onRestored(restored, snapshot, ms);
  }

  async function pin(snapshot) {
    await client.updateSnapshot(snapshot.id, { pinned: !snapshot.pinned });
    say(snapshot.pinned ? `${snapshot.name} can be deleted again.` : `${snapshot.name} is kept until you unpin it.`);
    await onChanged();
    panel.querySelector(`[aria-label^="${snapshot.pinned ? "Pin" : "Unpin"} "]`)?.focus();
  }

  async function verify(snapshot) {
    const { ms } = await timed(() => client.verify(snapshot.id));
    say(`${snapshot.name} was read whole and is as it should be. ${formatDuration(ms)}.`);
  }

  async function remove(snapshot) {
    await reporting(problem, async () => {
      const { ms } = await timed(() => client.deleteSnapshot(snapshot.id));
      say(`Snapshot ${snapshot.name} deleted in ${formatDuration(ms)}.`);
      onGone(snapshot);
    });
  }

  return { show };
}

function describe({ createdAt, sizeBytes, labels, pinned, expiresAt, status, pauseUs }) {
  const words = [status === "ready" ? "" : status, formatMoment(createdAt), sizeBytes === undefined ? "" : formatBytes(sizeBytes),
    pinned ? "pinned" : "", expiresAt ? `until ${formatMoment(expiresAt)}` : "", pauseUs ? `box stood still ${formatDuration(pauseUs / 1000)}` : "",
    ...(labels ?? [])];
  return words.filter(Boolean).join(" · ");
}
