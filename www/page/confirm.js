/** A button for what can't be undone: it asks once more, in place, before it acts. */

import { element } from "./dom.js";
import { whileBusy } from "./busy.js";

/**
 * `label` is what the button says, `name` what it is about (for screen readers), `act` what it does.
 * Escape or leaving the question answers no.
 */
export function confirmButton({ label, name, act }) {
  const ask = element("button", { type: "button", class: "quiet", "aria-label": `${label} ${name}`, on: { click: open } }, label);
  const yes = element("button", { type: "button", class: "danger", "aria-label": `${label} for good: ${name}`, on: { click: agree } }, `${label} for good`);
  const no = element("button", { type: "button", class: "quiet", on: { click: () => close(true) } }, "Keep");
  const place = element("span", { class: "confirm" }, ask);

  place.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || ask.isConnected) return;
    event.stopPropagation();
    close(true);
  });
  place.addEventListener("focusout", (event) => {
    if (!ask.isConnected && !place.contains(event.relatedTarget) && !yes.hasAttribute("aria-busy")) close(false);
  });

  function open() {
    place.replaceChildren(yes, no);
    yes.focus();
  }

  function close(refocus) {
    place.replaceChildren(ask);
    if (refocus) ask.focus();
  }

  function agree() {
    whileBusy(yes, act).finally(() => {
      if (place.isConnected) close(place.contains(document.activeElement));
    });
  }

  return place;
}
