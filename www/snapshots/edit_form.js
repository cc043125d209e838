/** The form that renames a snapshot and changes its labels. */

import { element } from "../page/dom.js";
import { whileBusy } from "../page/busy.js";
import { reporting } from "../page/problem.js";
import { say } from "../page/status_line.js";

/** A form for `snapshot`; failures show in `problem`. */
export function editForm(client, snapshot, { problem, onSaved, onClose }) {
  const name = element("input", { value: snapshot.name, dir: "auto", autocomplete: "off", spellcheck: "false" });
  const labels = element("input", {
    value: (snapshot.labels ?? []).join(" "), autocomplete: "off", autocapitalize: "off", spellcheck: "false", placeholder: "release tested",
  });
  const save = element("button", { type: "submit", class: "primary" }, "Save");
  return element("form", {
    class: "inline-form", on: { submit: submit, keydown: (event) => event.key === "Escape" && onClose() },
  },
  element("label", { class: "field" }, element("span", {}, "Name"), name),
  element("label", { class: "field" }, element("span", {}, "Labels, with spaces between"), labels),
  element("div", { class: "actions" }, save, element("button", { type: "button", class: "quiet", on: { click: onClose } }, "Cancel")));

  function submit(event) {
    event.preventDefault();
    whileBusy(save, () => reporting(problem, async () => {
      const saved = await client.updateSnapshot(snapshot.id, {
        name: name.value.trim(),
        labels: labels.value.split(/[\s,]+/).filter(Boolean),
      });
      onClose();
      say(`Saved as ${saved.name}.`);
      await onSaved();
    }));
  }
}
