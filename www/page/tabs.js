/** Tabs by the usual pattern: one stop for the Tab key, arrows between them, the chosen panel shown. */

import { moveFocusWithArrows } from "./dom.js";

let made = 0;

/**
 * Wires the tablist inside `root`. `onShow(name, isEntered)` is called each time a panel is shown: walked by, or
 * entered by a press.
 */
export function wireTabs(root, onShow) {
  made += 1;
  const tabs = [...root.querySelectorAll("[data-tab]")];
  const panels = new Map([...root.querySelectorAll("[data-panel]")].map((panel) => [panel.dataset.panel, panel]));

  function show(name, isEntered = false) {
    for (const tab of tabs) {
      const chosen = tab.dataset.tab === name;
      tab.setAttribute("aria-selected", String(chosen));
      tab.tabIndex = chosen ? 0 : -1;
      panels.get(tab.dataset.tab).hidden = !chosen;
    }
    onShow(name, isEntered);
  }

  for (const tab of tabs) {
    const panel = panels.get(tab.dataset.tab);
    tab.id = `tab-${made}-${tab.dataset.tab}`;
    panel.id = `panel-${made}-${tab.dataset.tab}`;
    tab.setAttribute("aria-controls", panel.id);
    panel.setAttribute("aria-labelledby", tab.id);
    tab.addEventListener("click", () => show(tab.dataset.tab, true));
    tab.addEventListener("focus", () => {
      if (tab.getAttribute("aria-selected") !== "true") show(tab.dataset.tab);
    });
  }
  moveFocusWithArrows(root.querySelector("[role=tablist]"), "[role=tab]", { back: "ArrowLeft", forward: "ArrowRight" });
  show(tabs[0].dataset.tab);
  return show;
}
