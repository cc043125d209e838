/** The form that makes many boxes from one snapshot, and shows each as soon as it is ready. */

import { element } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { formatDuration } from "../page/format.js";
import { reporting } from "../page/problem.js";
import { say } from "../page/status_line.js";

/** More would only fill the list. */
const MOST = 100;

/** A form for `snapshot`; `onForked(box, ms)` is called for each box as it becomes ready, `onDone()` after the last. */
export function forkForm(client, snapshot, { problem, onForked, onDone, onClose }) {
  const count = element("input", { type: "number", min: 1, max: MOST, value: 3, required: true, inputmode: "numeric" });
  const go = element("button", { type: "submit", class: "primary" }, "Fork");
  const progress = element("progress", { max: 1, value: 0, hidden: true, "aria-label": "Boxes ready" });
  return element("form", {
    class: "inline-form", on: { submit: submit, keydown: (event) => event.key === "Escape" && onClose() },
  },
  element("label", { class: "field" }, element("span", {}, "How many boxes"), count),
  element("div", { class: "actions" }, go, element("button", { type: "button", class: "quiet", on: { click: onClose } }, "Cancel")),
  progress);

  function submit(event) {
    event.preventDefault();
    whileBusy(go, () => reporting(problem, fork));
  }

  async function fork() {
    const wanted = Number(count.value);
    progress.max = wanted;
    progress.value = 0;
    progress.hidden = false;
    const start = performance.now();
    try {
      for await (const box of client.fork(snapshot.id, { count: wanted })) {
        progress.value += 1;
        onForked(box, performance.now() - start);
      }
    } finally {
      progress.hidden = true;
    }
    await onDone();
    say(`${wanted} ${wanted === 1 ? "box" : "boxes"} forked from ${snapshot.name} in ${formatDuration(performance.now() - start)}.`);
  }
}
