/**
 * The snapshots of the open box: take one, restore one into a new box, delete one, each with the time it took.
 *
 * Snapshots outlive their box. A deleted box can't be asked for its list any more, so the one last seen stays.
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
  const lastSeen = new Map();
  let box;
  let shown = [];
  let asked = 0;
  showEmpty("Open a box to see its snapshots.");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form.querySelector("button"), () => reporting(problem, take));
  });

  /** Shows the snapshots of `opened`, and keeps apart what was being typed for each box. */
  async function open(opened, label, { isDeleted }) {
    if (box) drafts.set(box.id, name.value);
    if (box !== opened) clearProblem(problem);
    box = opened;
    asked += 1;
    empty.hidden = true;
    render(lastSeen.get(box.id) ?? []);
    name.value = drafts.get(box.id) ?? "";
    form.hidden = isDeleted;
    byId("snapshots-of").textContent = isDeleted ? `of ${label} (deleted)` : `of ${label}`;
    if (isDeleted) sayIfEmpty();
    else await refresh();
  }

  /** Asks the server. An answer overtaken by another box, or by a change made here, is dropped. */
  async function refresh() {
    asked += 1;
    const turn = asked;
    try {
      const listed = await box.listSnapshots();
      if (turn !== asked) return;
      render(listed);
      sayIfEmpty();
    } catch (error) {
      if (turn === asked) showProblem(problem, error);
    }
  }

  function render(listed) {
    shown = listed;
    lastSeen.set(box.id, listed);
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
      const { ms } = await timed(() => client.deleteSnapshot(snapshot.id));
      say(`Snapshot ${snapshot.name} deleted in ${formatDuration(ms)}.`);
      lastSeen.set(of.id, lastSeen.get(of.id).filter(({ id }) => id !== snapshot.id));
      if (of !== box) return;
      asked += 1;
      render(lastSeen.get(of.id));
      sayIfEmpty();
      // The row that had the focus is gone.
      (form.hidden ? byId("snapshots-title") : name).focus();
    });
  }

  function sayIfEmpty() {
    if (shown.length > 0) return;
    showEmpty(form.hidden ? "This box has no snapshots." : "None yet. Take one before you try something risky: going back takes milliseconds.");
  }

  function showEmpty(words) {
    empty.textContent = words;
    empty.hidden = false;
  }

  return { open };
}
