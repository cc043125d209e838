/** The picture of how snapshots and boxes came from one another: one row each, chosen by a press. */

import { element, moveFocusWithArrows, showItems } from "../page/dom.js";
import { formatBytes, formatDuration, formatMoment } from "../page/format.js";
import { drawRow } from "./lineage_drawing.js";
import { laneCount, placeInLanes } from "./lineage.js";

/** Wires the list; `onChoose(node)` hears which row was pressed. */
export function wirePicture(list, { onChoose }) {
  moveFocusWithArrows(list, ".row-open");

  /**
   * Draws `nodes`. `details` are the snapshots by id, `durations` how long each took when that happened here,
   * `chosenId` the one that is marked, `openBoxId` the box that is open.
   */
  function show(nodes, { details, durations, chosenId, openBoxId }) {
    const rows = placeInLanes([...nodes]);
    const lanes = laneCount(rows);
    showItems(list, rows, {
      key: ({ node }) => node.id,
      create: ({ node }) => makeRow(node, onChoose),
      update: (item, row) => {
        item.node = row.node;
        item.querySelector(".lines").replaceWith(drawRow(row, lanes));
        fillRow(item, row.node, details.get(row.node.id), durations.get(row.node.id));
        const button = item.firstElementChild;
        button.setAttribute("aria-pressed", String(row.node.id === chosenId));
        item.toggleAttribute("data-marked", row.node.id === chosenId || row.node.id === openBoxId);
      },
    });
  }

  return { show };
}

function makeRow(node, onChoose) {
  const item = element("li", { class: "row node", "data-kind": node.kind });
  item.append(element("button", { type: "button", class: "row-open", on: { click: () => onChoose(item.node) } },
    element("span", { class: "lines" }),
    element("span", { class: "node-text" },
      element("span", { class: "row-name", dir: "auto" }),
      element("span", { class: "took" }),
      element("span", { class: "row-note" }))));
  return item;
}

function fillRow(item, node, snapshot, tookMs) {
  const [name, took, note] = item.querySelector(".node-text").children;
  name.textContent = node.name || node.id;
  name.classList.toggle("mono", !node.name);
  item.title = node.name ? node.id : "";
  item.dataset.status = snapshot?.status ?? "";
  const words = node.kind === "box"
    ? ["box"]
    : [snapshot && snapshot.status !== "ready" && snapshot.status, snapshot?.pinned && "pinned", formatMoment(node.createdAt),
      snapshot && formatBytes(snapshot.sizeBytes), ...(snapshot?.labels ?? [])];
  note.textContent = words.filter(Boolean).join(" · ");
  took.hidden = tookMs === undefined;
  if (tookMs !== undefined) {
    took.replaceChildren(element("span", { class: "visually-hidden" }, node.kind === "box" ? "made in " : "taken in "), formatDuration(tookMs));
  }
}
