/**
 * The snapshots of the open box: take one, restore one into a new box, delete one, each with the time it took.
 *
 * It works on a deleted box too, except for taking new ones.
 */

import { byId, showItems } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { formatDuration } from "../page/format.js";
import { clearProblem, reporting, showProblem } from "../page/problem.js";
import { say } from "../page/status_line.js";
import { timed } from "../page/timing.js";
import { fillSnapshotRow, makeSnapshotRow } from "./snapshot_row.js";

/** Wires the region. `onRestored(box)` hands over a new box, `noteOrigin(id, words)` says where it came from. */
export function wireSnapshotList(client, { onRestored, noteOrigin }) {
  const form = byId("new-snapshot");
  const name = byId("new-snapshot-name");
  const rows = byId("snapshot-rows");
  const empty = byId("snapshots-empty");
  const problem = byId("snapshots-problem");
  const durations = new Map();
  const drafts = new Map();
  let box;
  let shown = [];
  showEmpty("Open a box to see its snapshots.");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form.querySelector("button"), () => reporting(problem, take));
  });

  /** Shows the snapshots of `opened`, and keeps apart what was being typed for each box. */
  async function open(opened, label, { isDeleted }) {
    if (box) drafts.set(box.id, name.value);
    if (box !== opened) {
      clearProblem(problem);
      render([]);
      empty.hidden = true;
    }
    box = opened;
    name.value = drafts.get(box.id) ?? "";
    form.hidden = isDeleted;
    byId("snapshots-of").textContent = isDeleted ? `of ${label} (deleted)` : `of ${label}`;
    await refresh(isDeleted);
  }

  async function refresh(isDeleted = form.hidden) {
    const of = box;
    try {
      const listed = await of.listSnapshots();
      if (of !== box) return;
      render(listed);
      if (listed.length === 0) showEmpty(isDeleted ? "This box had no snapshots." : "None yet. Take one before you try something risky: going back takes milliseconds.");
    } catch (error) {
      if (of === box) showProblem(problem, error);
    }
  }

  function render(listed) {
    shown = listed;
    if (listed.length > 0) empty.hidden = true;
    showItems(rows, listed, {
      key: (snapshot) => snapshot.id,
      create: (snapshot) => makeSnapshotRow(snapshot, { restore, remove }),
      update: (row, snapshot) => fillSnapshotRow(row, snapshot, durations.get(snapshot.id)),
    });
  }

  async function take() {
    const of = box;
    const wanted = name.value.trim();
    const { value: snapshot, ms } = await timed(() => of.snapshot(wanted ? { name: wanted } : {}));
    durations.set(snapshot.id, ms);
    say(`Snapshot ${snapshot.name} taken in ${formatDuration(ms)}.`);
    if (drafts.get(of.id)?.trim() === wanted) drafts.delete(of.id);
    if (of !== box) return;
    if (name.value.trim() === wanted) name.value = "";
    render([snapshot, ...shown.filter(({ id }) => id !== snapshot.id)]);
    await refresh();
  }

  async function restore(snapshot) {
    await reporting(problem, async () => {
      const { value: restored, ms } = await timed(() => client.restore(snapshot.id));
      noteOrigin(restored.id, `from ${snapshot.name} in ${formatDuration(ms)}`);
      say(`Snapshot ${snapshot.name} restored in ${formatDuration(ms)}.`);
      onRestored(restored);
    });
  }

  async function remove(snapshot) {
    const of = box;
    await reporting(problem, async () => {
      const { ms } = await timed(() => of.deleteSnapshot(snapshot.id));
      say(`Snapshot ${snapshot.name} deleted in ${formatDuration(ms)}.`);
      if (of !== box) return;
      const left = shown.filter(({ id }) => id !== snapshot.id);
      render(left);
      (form.hidden ? byId("snapshots-title") : name).focus();
      await refresh();
    });
  }

  function showEmpty(words) {
    empty.textContent = words;
    empty.hidden = false;
  }

  return { open };
}
