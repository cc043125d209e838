/** The guided tour: a card that says what comes next, does it on this very page, and tells how long it took. */

import { byId } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { reporting } from "../page/problem.js";
import { say } from "../page/status_line.js";
import { STEPS } from "./steps.js";

/** Wires the card; `stage` is the page as steps.js describes it. */
export function wireStory(stage) {
  const card = byId("story");
  const title = byId("story-title");
  const text = byId("story-text");
  const seen = byId("story-seen");
  const count = byId("story-count");
  const act = byId("story-act");
  const problem = byId("story-problem");
  let at = 0;
  let isDone = false;
  let world = {};

  for (const button of document.querySelectorAll("[data-starts=story]")) button.addEventListener("click", start);
  byId("story-close").addEventListener("click", end);
  card.addEventListener("keydown", (event) => event.key === "Escape" && end());
  act.addEventListener("click", () => whileBusy(act, step));

  function start() {
    at = 0;
    isDone = false;
    world = {};
    card.hidden = false;
    show();
  }

  async function step() {
    if (at === STEPS.length) {
      await reporting(problem, tidyUp);
      return;
    }
    if (isDone) {
      at += 1;
      isDone = false;
      show();
      return;
    }
    await reporting(problem, async () => {
      const words = await STEPS[at].act(world, stage);
      isDone = true;
      seen.textContent = words;
      say(words);
      act.textContent = "Next";
      act.focus();
    });
  }

  function show() {
    const ended = at === STEPS.length;
    title.textContent = ended ? "That is all there is to it" : STEPS[at].title;
    text.textContent = ended
      ? "The boxes and snapshots of this tour are yours to play with. Choose any snapshot in the picture to restore it, branch from it or compare it."
      : STEPS[at].text;
    count.textContent = ended ? "" : `${at + 1} of ${STEPS.length}`;
    seen.textContent = "";
    act.textContent = ended ? "Delete them again" : "Do it";
    title.focus();
  }

  async function tidyUp() {
    for (const box of world.boxes ?? []) await box.delete();
    for (const { id } of world.snapshots ?? []) await stage.client.deleteSnapshot(id);
    await stage.refreshBoxes();
    say("The boxes and snapshots of the tour are gone.");
    end();
  }

  function end() {
    card.hidden = true;
    byId("tour").focus();
  }
}
