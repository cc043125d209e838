/**
 * The snapshots region: the picture around the open box, what is chosen in it, and taking a new snapshot.
 *
 * Snapshots outlive their box. A deleted box can't be asked any more, so its snapshots are found by its id.
 */

import { byId } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { formatDuration } from "../page/format.js";
import { clearProblem, reporting, showProblem } from "../page/problem.js";
import { say } from "../page/status_line.js";
import { timed } from "../page/timing.js";
import { earlierFirst } from "./lineage.js";
import { wireImport } from "./archive.js";
import { findFamily } from "./family.js";
import { wireInspector } from "./inspector.js";
import { wirePicture } from "./picture.js";

/**
 * Wires the region. `onRestored(box)` hands over a new box to be opened, `onForked(box)` one of many,
 * `onRolledBack(boxId)` says that a box's disk was replaced, `onOpenBox(id)` and `onCompare(before, after)` what the person chose, `noteOrigin(id, words)` where a
 * box came from.
 */
export function wireSnapshots(client, { onRestored, onForked, onRolledBack, onOpenBox, onCompare, noteOrigin }) {
  const form = byId("new-snapshot");
  const name = byId("new-snapshot-name");
  const empty = byId("snapshots-empty");
  const problem = byId("snapshots-problem");
  const durations = new Map();
  const drafts = new Map();
  const families = new Map();
  let box;
  let label;
  let chosenId;
  let asked = 0;
  let comparing = false;
  let isLost = false;

  const picture = wirePicture(byId("snapshot-rows"), { onChoose: choose });
  const inspector = wireInspector(client, {
    problem,
    onChanged: refresh,
    onRestored(restored, from, ms) {
      noteTime(restored, from, ms);
      onRestored(restored);
    },
    onForked(forked, from, ms) {
      noteTime(forked, from, ms);
      onForked(forked);
    },
    onRolledBack,
    onGone: (snapshot) => forget(snapshot.id),
    onCompareStarted() {
      comparing = true;
      say("Choose the snapshot or the box to compare with.");
    },
  });
  wireImport(client, {
    problem,
    async onImported(snapshot) {
      await client.restore(snapshot.id).then(onRestored);
    },
  });
  showEmpty("Open a box to see its snapshots.");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form.querySelector("button"), () => reporting(problem, take));
  });

  /** Shows what belongs to `opened`, and keeps apart what was being typed for each box. */
  async function open(opened, itsLabel, { isDeleted }) {
    if (box) drafts.set(box.id, name.value);
    if (box?.id !== opened.id) {
      clearProblem(problem);
      chosenId = undefined;
    }
    [box, label] = [opened, itsLabel];
    asked += 1;
    empty.hidden = true;
    name.value = drafts.get(box.id) ?? "";
    form.hidden = isDeleted;
    byId("snapshots-of").textContent = isDeleted ? `of ${label} (deleted)` : `of ${label}`;
    render();
    await refresh();
  }

  /** Asks the server. An answer overtaken by another box, or by a change made here, is dropped. Answers whether it could. */
  async function refresh() {
    if (!box) return true;
    asked += 1;
    const turn = asked;
    try {
      const family = await findFamily(client, box, { isDeleted: form.hidden });
      if (turn !== asked) return true;
      families.set(box.id, family);
      if (!family.nodes.some(({ id }) => id === chosenId)) chosenId = undefined;
      render();
      sayIfEmpty();
      if (isLost) clearProblem(problem);
      isLost = false;
    } catch (error) {
      if (turn !== asked) return true;
      showProblem(problem, error);
      isLost = true;
    }
    return !isLost;
  }

  function render() {
    const { nodes, details } = families.get(box.id) ?? { nodes: [], details: new Map() };
    if (nodes.some(({ kind }) => kind === "snapshot")) empty.hidden = true;
    picture.show(nodes, { details, durations, chosenId, openBoxId: box.id });
    const node = nodes.find(({ id }) => id === chosenId);
    inspector.show(node && { ...node, ...details.get(node.id) }, { box, label, isDeleted: form.hidden });
  }

  function choose(node) {
    const first = families.get(box.id)?.nodes.find(({ id }) => id === chosenId);
    if (comparing && first && first.id !== node.id) {
      comparing = false;
      onCompare(...earlierFirst(families.get(box.id).nodes, first, node));
      return;
    }
    comparing = false;
    if (node.kind === "box") {
      onOpenBox(node.id);
      return;
    }
    chosenId = chosenId === node.id ? undefined : node.id;
    render();
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
    await refresh();
  }

  function forget(id) {
    asked += 1;
    const family = families.get(box.id);
    family.nodes = family.nodes.filter((node) => node.id !== id);
    chosenId = undefined;
    render();
    refresh();
    // What had the focus is gone.
    (form.hidden ? byId("snapshots-title") : name).focus();
  }

  function noteTime(made, from, ms) {
    durations.set(made.id, ms);
    noteOrigin(made.id, `from ${from.name} in ${formatDuration(ms)}`);
  }

  function sayIfEmpty() {
    if (families.get(box.id).nodes.some(({ kind }) => kind === "snapshot")) return;
    showEmpty(form.hidden ? "This box has no snapshots." : "None yet. Take one before you try something risky: going back takes milliseconds.");
  }

  function showEmpty(words) {
    empty.textContent = words;
    empty.hidden = false;
  }

  return { open, refresh, take: () => form.hidden || form.requestSubmit() };
}
