/**
 * Shows a failure where it happened: what went wrong, its code, and what to do about it.
 *
 * Nothing the person typed is cleared when a problem is shown; that is up to the caller to keep.
 */

import { BoxError } from "../package.js";
import { element } from "./dom.js";

const ADVICE = {
  unauthorized: "Check the key: a token ends after a while. The server prints its own key when it starts, and keeps it in its data directory.",
  forbidden: "This key or this page may not do that. Open the page from the server itself.",
  box_not_found: "The box is gone. Refresh the list; its snapshots can still be restored.",
  snapshot_not_found: "The snapshot was deleted, perhaps in another tab.",
  path_not_found: "It may have been moved or deleted. Refresh the folder.",
  conflict: "Choose another name, or try again once the box has finished what it is doing.",
  invalid_archive: "Choose a tar file that this page or a box-server exported, or an OCI image layout of another tool.",
  unsupported: "This server does not have it. GET /v2/capabilities lists what it has.",
  too_large: "Work with a file of this size on the command line.",
  rate_limited: "Wait a moment, then try again.",
  network: "See that the server is running and that the address is right, then try again.",
  unavailable: "The server is starting or stopping. Try again in a moment.",
  timeout: "Try again. If it keeps happening, look at the server's log.",
  internal: "Try again. The server's log has the cause.",
  storage_full: "Delete snapshots or boxes that you don't need.",
  run_failed: "Run the command again once the box and its server are back.",
  stream_truncated: "The connection ended early. See that the server is running, then run the command again.",
  wasm_unavailable: "The page needs WebAssembly: its security policy must allow 'wasm-unsafe-eval'.",
};

/** Shows `error` in `place`, replacing what was shown there before. */
export function showProblem(place, error) {
  const code = error instanceof BoxError ? error.code : undefined;
  const advice = code && ADVICE[code];
  const what = element("p", { class: "problem-message", dir: "auto" }, error?.message || String(error));
  const reference = [code, error?.requestId && `request ${error.requestId}`].filter(Boolean).join(" · ");
  const dismiss = element("button", {
    type: "button", class: "quiet", "aria-label": "Dismiss", on: { click: () => clearProblem(place) },
  }, "×");
  place.replaceChildren(element("div", { class: "problem", role: "alert" }, 
    element("div", {},
      what,
      advice ? element("p", {}, advice) : "",
      reference ? element("p", { class: "problem-code" }, reference) : ""),
    dismiss));
}

/** Takes away what `showProblem` put there. */
export function clearProblem(place) {
  place.replaceChildren();
}

/** Runs `work`, showing in `place` whatever it throws. Answers whether it succeeded. */
export async function reporting(place, work) {
  try {
    await work();
    clearProblem(place);
    return true;
  } catch (error) {
    showProblem(place, error);
    return false;
  }
}
