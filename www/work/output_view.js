/**
 * The output of one run on the page.
 *
 * Finished lines go into blocks of bounded size: adding to the last one leaves the layout of the others
 * alone, and the oldest are dropped whole when a command never stops talking.
 */

import { element } from "../page/dom.js";
import { OutputText } from "./output_text.js";

const BLOCK_LINES = 200;
const BLOCK_CHARACTERS = 16_000;
const MOST_BLOCKS = 30;

/** The elements for the output of a run, and `write(text)` to add to it. */
export function makeOutputView() {
  const output = new OutputText();
  const line = document.createTextNode("");
  const text = element("pre", { class: "output" }, line);
  const dropped = element("p", { class: "note", hidden: true }, "Earlier output was dropped.");
  const blocks = [];

  function write(chunk) {
    const shown = output.write(chunk);
    for (const lines of lastBlocks(shown.finished)) addLines(lines);
    line.data = shown.line;
  }

  /** Splits `lines` into blocks, of which only as many are worth making as will be kept. */
  function lastBlocks(lines) {
    const all = [];
    let start = 0;
    let count = 0;
    for (let end = lines.indexOf("\n") + 1; start < lines.length; end = lines.indexOf("\n", end) + 1) {
      count += 1;
      if (end !== 0 && count < BLOCK_LINES && end - start < BLOCK_CHARACTERS) continue;
      all.push({ text: lines.slice(start, end || lines.length), count });
      start = end || lines.length;
      count = 0;
    }
    if (all.length > MOST_BLOCKS) dropped.hidden = false;
    return all.slice(-MOST_BLOCKS);
  }

  function addLines({ text: lines, count }) {
    let last = blocks[blocks.length - 1];
    if (!last || last.count + count > BLOCK_LINES || last.node.length + lines.length > BLOCK_CHARACTERS) {
      last = { node: document.createTextNode(""), count: 0 };
      blocks.push(last);
      text.insertBefore(element("span", { class: "block" }, last.node), line);
    }
    last.node.appendData(lines);
    last.count += count;
    if (blocks.length <= MOST_BLOCKS) return;
    blocks.shift().node.parentElement.remove();
    dropped.hidden = false;
  }

  return { elements: [dropped, text], write };
}
