/** The key works no more: asks for another, above all that was typed and stays as it is. */

import { byId } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { clearProblem, reporting, showProblem } from "../page/problem.js";
import { say } from "../page/status_line.js";

/** Wires the bar. `onRenewed(apiKey)` is called once another key worked. */
export function wireRenewal(client, { onRenewed }) {
  const bar = byId("renewal");
  const form = byId("renewal-form");
  const key = byId("renewal-key");
  const problem = byId("renewal-problem");
  client.whenRefused(() => { bar.hidden = false; });

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form.querySelector("button"), renew);
  });

  async function renew() {
    const apiKey = key.value.trim();
    if (!apiKey) {
      showProblem(problem, new Error("Enter another key or token first."));
      key.focus();
      return;
    }
    if (!(await reporting(problem, () => client.renew(apiKey)))) {
      key.select();
      return;
    }
    clearProblem(problem);
    key.value = "";
    bar.hidden = true;
    say("Connected again. Everything is as you left it.");
    onRenewed(apiKey);
  }
}
