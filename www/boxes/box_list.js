/**
 * The boxes of this key: shows which is open and what each is doing.
 *
 * A box deleted here stays listed until the page is reloaded, because its snapshots can still be restored.
 */

import { byId, element, moveFocusWithArrows, showItems } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { clearProblem, showProblem } from "../page/problem.js";

/** Wires the list; `onOpen(info)` says which was chosen, `onListed(boxes)` what the server told. */
export function wireBoxList(client, { onOpen, onListed }) {
  const rows = byId("box-rows");
  const problem = byId("boxes-problem");
  const boxes = new Map();
  const deleted = new Map();
  const notes = new Map();
  let openId;
  let asked = 0;
  let isLost = false;

  byId("refresh-boxes").addEventListener("click", (event) => {
    clearProblem(problem);
    whileBusy(event.currentTarget, refresh);
  });
  moveFocusWithArrows(rows, ".row-open");

  /** Asks the server again. A refresh overtaken by a later one, or by a change made here, is dropped. Answers whether it could. */
  async function refresh() {
    asked += 1;
    const turn = asked;
    try {
      const listed = await client.listBoxes();
      if (turn === asked) show(listed);
      // What something else said in this place stays until it is read.
      if (isLost) clearProblem(problem);
      isLost = false;
    } catch (error) {
      showProblem(problem, error);
      isLost = true;
    }
    return !isLost;
  }

  /** A stopped command takes a moment to end in the box; asks a few times more, then lets it be. */
  async function refreshUntilIdle(id) {
    for (const pauseMs of [0, 100, 300, 1000, 3000]) {
      await new Promise((resolve) => setTimeout(resolve, pauseMs));
      await refresh();
      if (boxes.get(id)?.status !== "running") return;
    }
  }

  function show(listed) {
    boxes.clear();
    for (const info of listed) if (!deleted.has(info.id)) boxes.set(info.id, info);
    render();
    onListed(listed);
  }

  function render() {
    showItems(rows, [...boxes.values(), ...deleted.values()], { key: (info) => info.id, create: makeRow, update: fillRow });
    byId("boxes-empty").hidden = boxes.size + deleted.size > 0;
  }

  function makeRow(info) {
    const button = element("button", { type: "button", class: "row-open", on: { click: () => onOpen(boxes.get(info.id) ?? info) } },
      element("span", { class: "dot", "aria-hidden": "true" }),
      element("span", { class: "row-name", dir: "auto" }),
      element("span", { class: "row-note" }));
    return element("li", { class: "row" }, button);
  }

  function fillRow(row, info) {
    const button = row.firstElementChild;
    const [, label, caption] = button.children;
    row.dataset.status = info.status;
    label.textContent = info.name || info.id;
    label.classList.toggle("mono", !info.name);
    caption.textContent = [info.status, notes.get(info.id), ...(info.labels ?? [])].filter(Boolean).join(" · ");
    if (info.id === openId) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }

  /** Adds a word about a box, for example how long it took to make. */
  function note(id, words) {
    notes.set(id, words);
  }

  return {
    show,
    refresh,
    refreshUntilIdle,
    note,
    add(info) {
      asked += 1;
      if (!boxes.has(info.id)) boxes.set(info.id, info);
      render();
    },
    select(id) {
      openId = id;
      render();
    },
    setStatus(id, status) {
      const info = boxes.get(id);
      if (!info) return;
      asked += 1;
      boxes.set(id, { ...info, status });
      render();
    },
    markDeleted(id, name) {
      asked += 1;
      deleted.set(id, { id, name, status: "deleted" });
      boxes.delete(id);
      notes.delete(id);
      render();
    },
  };
}
