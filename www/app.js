/**
 * The connected page: what is open, and how the three regions hear of each other.
 *
 * The regions know nothing of one another; what one does that concerns the others passes through here.
 */

import { wireBoxList } from "./boxes/box_list.js";
import { wireNewBox } from "./boxes/new_box.js";
import { deleteWithUndo } from "./boxes/undo.js";
import { openComparison } from "./compare/compare_view.js";
import { sidesOf } from "./compare/sides.js";
import { byId } from "./page/dom.js";
import { formatDuration } from "./page/format.js";
import { reporting, showProblem } from "./page/problem.js";
import { showRegion, wireRegions } from "./page/regions.js";
import { say } from "./page/status_line.js";
import { watch } from "./page/watch.js";
import { wireSnapshots } from "./snapshots/snapshots.js";
import { wireStory } from "./story/story.js";
import { openWorkspace } from "./work/workspace.js";

/** Shows `boxes` and keeps the page alive from there. `lookAgain()` asks the server at once. */
export function startApp(client, boxes) {
  const workspaces = new Map();
  let opened = 0;
  let current;
  let comparison;

  const boxList = wireBoxList(client, {
    onOpen: (info) => open(info.id, { focus: true }),
    onListed(listed) {
      const statuses = new Map(listed.map(({ id, status }) => [id, status]));
      for (const [id, workspace] of workspaces) {
        if (statuses.has(id)) workspace.showPaused(statuses.get(id) === "paused");
        else workspace.showDeleted();
      }
    },
  });
  const newBox = wireNewBox(client, {
    onCreated(box, ms) {
      boxList.note(box.id, `made in ${formatDuration(ms)}`);
      say(`${box.name ?? box.id} made in ${formatDuration(ms)}.`);
      adopt(box);
    },
  });
  const snapshots = wireSnapshots(client, {
    onRestored: (box) => adopt(box),
    onForked: (box) => list(box),
    onRolledBack: (boxId) => workspaces.get(boxId)?.refresh(),
    onOpenBox: (id) => open(id, { focus: true }),
    onCompare: (first, second) => reporting(byId("snapshots-problem"), () => compare(first, second)),
    noteOrigin: boxList.note,
  });
  wireStory({
    client,
    adopt,
    list(box, words) {
      boxList.note(box.id, words);
      list(box);
    },
    run: (box, command) => workspaces.get(box.id)?.run(command),
    refresh: snapshots.refresh,
    compare: (first, second) => compare({ kind: "snapshot", ...first }, { kind: "snapshot", ...second }),
    refreshBoxes: boxList.refresh,
  });
  wireRegions();
  boxList.show(boxes);
  if (boxes.length > 0) open(boxes[0].id, { focus: false });
  else newBox.focus();

  // What happens elsewhere, in another tab or by a program, shows here too.
  const lookAgain = watch(async () => (await boxList.refresh()) && (await snapshots.refresh()));
  // The one thing worth doing from anywhere, the command line included.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    snapshots.take();
  });
  return { lookAgain };

  function list(box) {
    boxList.add({ id: box.id, name: box.name, status: box.status ?? "idle" });
  }

  /** A box that was just made or restored: it is listed and opened. */
  async function adopt(box) {
    if (!workspaces.has(box.id)) workspaces.set(box.id, makeWorkspace(box));
    list(box);
    boxList.refresh();
    await open(box.id, { focus: true });
  }

  async function open(id, { focus }) {
    opened += 1;
    const turn = opened;
    boxList.select(id);
    try {
      const workspace = workspaces.get(id) ?? makeWorkspace(await client.getBox(id));
      workspaces.set(id, workspace);
      // Another box may have been chosen while this one was being fetched.
      if (turn !== opened) return;
      showWorkspace(workspace, focus);
    } catch (error) {
      if (turn === opened) showProblem(byId("boxes-problem"), error);
    }
  }

  function showWorkspace(workspace, focus) {
    current = workspace;
    comparison?.root.remove();
    comparison = undefined;
    byId("work-empty").hidden = true;
    for (const other of workspaces.values()) other.root.hidden = other !== workspace;
    if (focus) showRegion("work");
    snapshots.open(workspace.box, workspace.label, { isDeleted: workspace.isDeleted() });
    if (focus) workspace.focus();
  }

  /** Shows what differs in place of the open box, which comes back when that is closed. */
  async function compare(first, second) {
    const sides = await sidesOf(client, first, second);
    comparison?.root.remove();
    comparison = openComparison(sides, { onClose: () => current && showWorkspace(current, true) });
    for (const workspace of workspaces.values()) workspace.root.hidden = true;
    byId("work").append(comparison.root);
    showRegion("work");
    comparison.focus();
  }

  function makeWorkspace(box) {
    const workspace = openWorkspace(box, {
      onRunStarted: () => boxList.setStatus(box.id, "running"),
      onRunEnded: () => boxList.refreshUntilIdle(box.id),
      onStatus: (status) => boxList.setStatus(box.id, status),
      onDelete: () => deleteWithUndo(client, box, workspace.label, {
        onRestored(restored, ms) {
          boxList.note(restored.id, `brought back in ${formatDuration(ms)}`);
          return adopt(restored);
        },
        onFailed: (error) => showProblem(byId("boxes-problem"), error),
      }),
      onDeleted: () => {
        boxList.markDeleted(box.id, box.name);
        if (current === workspace) snapshots.open(box, workspace.label, { isDeleted: true });
      },
    });
    workspace.root.hidden = true;
    byId("work").append(workspace.root);
    return workspace;
  }
}
