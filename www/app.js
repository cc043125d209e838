/**
 * The connected page: what is open, and how the three regions hear of each other.
 *
 * The regions know nothing of one another; what one does that concerns the others passes through here.
 */

import { wireBoxList } from "./boxes/box_list.js";
import { openComparison } from "./compare/compare_view.js";
import { sidesOf } from "./compare/sides.js";
import { byId } from "./page/dom.js";
import { reporting, showProblem } from "./page/problem.js";
import { showRegion, wireRegions } from "./page/regions.js";
import { wireSnapshots } from "./snapshots/snapshots.js";
import { openWorkspace } from "./work/workspace.js";

/** Shows `boxes` and keeps the page alive from there. */
export function startApp(client, boxes) {
  const workspaces = new Map();
  let opened = 0;
  let current;
  let comparison;

  const boxList = wireBoxList(client, {
    onOpen: (info) => open(info.id, { focus: true }),
    onCreated: (box) => adopt(box),
  });
  const snapshots = wireSnapshots(client, {
    onRestored: (box) => adopt(box),
    onForked: (box) => list(box),
    onRolledBack: (boxId) => workspaces.get(boxId)?.refresh(),
    onOpenBox: (id) => open(id, { focus: true }),
    onCompare: (first, second) => reporting(byId("snapshots-problem"), () => compare(first, second)),
    noteOrigin: boxList.note,
  });
  wireRegions();
  boxList.show(boxes);
  if (boxes.length > 0) open(boxes[0].id, { focus: false });
  else byId("new-box-name").focus();

  // Coming back to the tab shows what happened elsewhere meanwhile.
  document.addEventListener("visibilitychange", () => {
    if (document.visibilityState !== "visible") return;
    boxList.refresh();
    snapshots.refresh();
  });
  // The one thing worth doing from anywhere, the command line included.
  document.addEventListener("keydown", (event) => {
    if (event.key !== "s" || !event.altKey || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    snapshots.take();
  });

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
      onDeleted: () => {
        boxList.markDeleted(box.id);
        snapshots.open(box, workspace.label, { isDeleted: true });
      },
    });
    workspace.root.hidden = true;
    byId("work").append(workspace.root);
    return workspace;
  }
}
