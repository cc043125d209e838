/** On a narrow screen one region shows at a time; this chooses which. On a wide one all three do. */

import { byId } from "./dom.js";

/** Wires the three buttons at the foot of the page. */
export function wireRegions() {
  byId("regions").addEventListener("click", (event) => {
    const button = event.target.closest("[data-region]");
    if (button) showRegion(button.dataset.region);
  });
}

/** Shows the region with this name. */
export function showRegion(name) {
  byId("app").dataset.region = name;
  for (const button of byId("regions").querySelectorAll("[data-region]")) {
    if (button.dataset.region === name) button.setAttribute("aria-current", "true");
    else button.removeAttribute("aria-current");
  }
}
