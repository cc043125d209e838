/**
 * The commands given in a box and what they said.
 *
 * Output is added once a frame however fast it comes, and the oldest is dropped when there is too much of
 * it, so that a command which never stops talking does not stop the page.
 */

import { element } from "../page/dom.js";
import { formatDuration } from "../page/format.js";
import { OutputText } from "./output_text.js";

const MOST_CHARACTERS = 400_000;
const NEAR_END_PX = 40;

/** Wires the scrolling area `place`; answers `begin(command, prompt)`. */
export function wireTranscript(place) {
  /** Runs `change` and stays at the end when the reader was there. */
  function keepingEnd(change) {
    const atEnd = place.scrollHeight - place.scrollTop - place.clientHeight < NEAR_END_PX;
    change();
    if (atEnd) place.scrollTop = place.scrollHeight;
  }

  /** Shows a new run and answers what to call as it goes on. */
  function begin(command, prompt) {
    const output = new OutputText();
    const done = document.createTextNode("");
    const current = document.createTextNode("");
    const cut = element("p", { class: "note", hidden: true }, "Earlier output was dropped.");
    const text = element("pre", { class: "output" }, done, current);
    const result = element("p", { class: "result" }, "running");
    const run = element("article", { class: "run", "data-state": "running" },
      element("header", { class: "run-head" },
        element("p", { class: "given mono" }, element("span", { class: "prompt", "aria-hidden": "true" }, `${prompt} $ `), command),
        result),
      cut, text);
    place.append(run);
    place.scrollTop = place.scrollHeight;
    let waiting = "";
    let frame = 0;

    function draw() {
      frame = 0;
      if (!waiting) return;
      const { finished, line } = output.write(waiting);
      waiting = "";
      keepingEnd(() => {
        done.appendData(finished);
        current.data = line;
        if (done.length > MOST_CHARACTERS) {
          const from = done.data.indexOf("\n", done.length - MOST_CHARACTERS / 2) + 1;
          done.deleteData(0, from || done.length - MOST_CHARACTERS / 2);
          cut.hidden = false;
        }
      });
    }

    return {
      write(chunk) {
        waiting += chunk;
        if (waiting.length > MOST_CHARACTERS) draw();
        else frame ||= requestAnimationFrame(draw);
      },
      /** `state` is `ok`, `failed` or `stopped`. */
      end(state, words, ms) {
        if (frame) cancelAnimationFrame(frame);
        draw();
        keepingEnd(() => {
          run.dataset.state = state;
          result.textContent = [words, formatDuration(ms)].filter(Boolean).join(" · ");
        });
      },
    };
  }

  return { begin };
}
