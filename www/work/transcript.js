/**
 * The commands given in a box and what they said, newest last.
 *
 * Output is added once a frame however fast it comes, so that a flood of it does not stop the page.
 */

import { element } from "../page/dom.js";
import { formatDuration } from "../page/format.js";
import { makeOutputView } from "./output_view.js";

const MOST_WAITING = 400_000;
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
    const output = makeOutputView();
    const result = element("p", { class: "result" }, "running");
    const run = element("article", { class: "run", "data-state": "running", "aria-label": command },
      element("header", { class: "run-head" },
        element("p", { class: "given mono" }, element("span", { class: "prompt", "aria-hidden": "true" }, `${prompt} $ `), command),
        result),
      ...output.elements);
    place.append(run);
    place.scrollTop = place.scrollHeight;
    let waiting = "";
    let frame = 0;

    function draw() {
      frame = 0;
      const text = waiting;
      waiting = "";
      if (text) keepingEnd(() => output.write(text));
    }

    return {
      write(chunk) {
        waiting += chunk;
        // A tab in the background gets no frames.
        if (waiting.length > MOST_WAITING) draw();
        else frame ||= requestAnimationFrame(draw);
      },
      /** `state` is `ok`, `failed` or `stopped`. */
      end(state, words, ms) {
        cancelAnimationFrame(frame);
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
