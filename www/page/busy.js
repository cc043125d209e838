/** One call at a time per control. */

/**
 * Runs `work` unless `control` is still busy with an earlier one. The control keeps its focus, which
 * `disabled` would take away; a style shows that it is busy once the wait becomes noticeable.
 */
export async function whileBusy(control, work) {
  if (control.getAttribute("aria-busy") === "true") return;
  control.setAttribute("aria-busy", "true");
  try {
    await work();
  } finally {
    control.removeAttribute("aria-busy");
  }
}
