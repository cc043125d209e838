/** The form that makes a box: a name is enough, the rest is folded away until it is wanted. */

import { byId, element } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { reporting } from "../page/problem.js";
import { timed } from "../page/timing.js";

/** Wires the form; `onCreated(box, ms)` hands over each new box. */
export function wireNewBox(client, { onCreated }) {
  const form = byId("new-box");
  const name = byId("new-box-name");
  const options = byId("new-box-options");
  const from = byId("new-box-from");
  const harness = byId("new-box-agent");
  const problem = byId("boxes-problem");

  form.addEventListener("submit", (event) => {
    event.preventDefault();
    whileBusy(form.querySelector("button[type=submit]"), () => reporting(problem, create));
  });
  options.addEventListener("toggle", () => {
    if (options.open) reporting(problem, listSnapshots);
  });
  harness.addEventListener("change", showAgentFields);
  showAgentFields();

  async function create() {
    const wanted = name.value.trim();
    const settings = options.open ? chosenSettings() : {};
    if (wanted) settings.name = wanted;
    const make = () => (options.open && from.value ? client.restore(from.value, settings) : client.createBox(settings));
    const { value: box, ms } = await timed(make);
    // Typed meanwhile is for the next one.
    if (name.value.trim() === wanted) name.value = "";
    onCreated(box, ms);
  }

  function chosenSettings() {
    const labels = byId("new-box-labels").value.split(/[\s,]+/).filter(Boolean);
    return {
      size: byId("new-box-size").value,
      ...(byId("new-box-runtime").value && { runtime: byId("new-box-runtime").value }),
      ...(labels.length > 0 && { labels }),
      ...(harness.value && { agent: chosenAgent() }),
    };
  }

  function chosenAgent() {
    const model = byId("new-box-model").value.trim();
    if (harness.value === "custom") {
      const [command = "", ...args] = byId("new-box-command").value.trim().split(/\s+/);
      return { harness: "custom", customHarness: { command, args }, ...(model && { model }) };
    }
    return { harness: harness.value, model, apiKey: byId("new-box-agent-key").value };
  }

  function showAgentFields() {
    for (const field of options.querySelectorAll("[data-agent]")) {
      field.hidden = !harness.value || !field.dataset.agent.split(" ").includes(harness.value === "custom" ? "custom" : "managed");
    }
  }

  async function listSnapshots() {
    const chosen = from.value;
    const choices = [element("option", { value: "" }, "The plain image")];
    for await (const snapshot of client.allSnapshots()) {
      if (snapshot.status === "ready") choices.push(element("option", { value: snapshot.id }, snapshot.name));
    }
    from.replaceChildren(...choices);
    from.value = choices.some(({ value }) => value === chosen) ? chosen : "";
  }

  return { focus: () => name.focus() };
}
