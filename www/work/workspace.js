/**
 * What the page keeps for one opened box: its command line, its files, its drafts.
 *
 * Each box has its own and keeps it while another box is shown, so a running command goes on and nothing
 * typed is lost by looking elsewhere.
 */

import { whileBusy } from "../page/busy.js";
import { confirmButton } from "../page/confirm.js";
import { element, fromTemplate } from "../page/dom.js";
import { formatDuration } from "../page/format.js";
import { reporting, showProblem } from "../page/problem.js";
import { say } from "../page/status_line.js";
import { wireTabs } from "../page/tabs.js";
import { timed } from "../page/timing.js";
import { wireAgent } from "./agent.js";
import { wireCommandLine } from "./command_line.js";
import { wireFileBrowser } from "./file_browser.js";
import { wireFileEditor } from "./file_editor.js";
import { wireTransfer } from "./transfer.js";

/** Builds the workspace of `box`; the caller puts `root` on the page. */
export function openWorkspace(box, { onRunStarted, onRunEnded, onStatus, onDelete, onDeleted }) {
  const { root, parts } = fromTemplate("workspace-template");
  const label = box.name || box.id;
  let deleted = false;
  let filesSeen = false;
  root.setAttribute("aria-label", `Box ${label}`);
  parts.name.textContent = label;
  parts.name.classList.toggle("mono", !box.name);
  parts.id.textContent = box.name ? box.id : "";
  const pauseButton = element("button", { type: "button", class: "quiet", on: { click: () => whileBusy(pauseButton, pauseOrResume) } });
  showPaused(box.status === "paused");
  parts.actions.append(pauseButton, confirmButton({ label: "Delete", name: `box ${label}`, act: remove }));

  const commandLine = wireCommandLine(parts, box, {
    onRunStarted,
    onRunEnded: () => {
      onRunEnded();
      // A command may have changed what the other tab shows.
      if (filesSeen) files.refresh();
    },
  });
  const terminal = lazily(() => import("./terminal.js"), ({ wireTerminal }) => wireTerminal(parts, box, { onRunStarted, onRunEnded }));
  const agent = wireAgent(parts, box, { onRunStarted, onRunEnded });
  parts["agent-empty"].textContent = box.model
    ? "Ask the agent of this box for something."
    : "This box has no agent. Choose one under Options when you make a box.";
  parts["agent-form"].hidden = !box.model;
  const editor = wireFileEditor(parts, box, {
    onSaved: () => files.refresh(), onClosed: () => files.focus(), onDownload: (path) => transfer.download(path),
  });
  const files = wireFileBrowser(parts, box, { onOpenFile: editor.open, onNewFile: editor.create });
  const transfer = wireTransfer(parts, box, { folder: files.folder, refresh: files.refresh });
  const show = wireTabs(root, (tab, isEntered) => {
    if (tab === "terminal") terminal().then((opened) => opened.open({ focus: isEntered })).catch((error) => showProblem(parts.problem, error));
    if (tab !== "files" || filesSeen) return;
    filesSeen = true;
    files.refresh();
  });

  async function pauseOrResume() {
    await reporting(parts.problem, async () => {
      const resumes = pauseButton.dataset.does === "resume";
      const { ms } = await timed(() => (resumes ? box.resume() : box.pause()));
      showPaused(!resumes);
      onStatus(resumes ? "idle" : "paused");
      say(`${label} ${resumes ? "resumed" : "paused"} in ${formatDuration(ms)}.`);
    });
  }

  function showPaused(isPaused) {
    pauseButton.textContent = isPaused ? "Resume" : "Pause";
    pauseButton.dataset.does = isPaused ? "resume" : "pause";
    pauseButton.setAttribute("aria-label", `${pauseButton.textContent} box ${label}`);
  }

  async function remove() {
    await reporting(parts.problem, async () => {
      commandLine.stop();
      await onDelete();
      showDeleted();
      parts.name.focus();
    });
  }

  /** The box is gone, whoever deleted it. */
  function showDeleted() {
    if (deleted) return;
    deleted = true;
    commandLine.stop();
    agent.stop();
    editor.forgetDrafts();
    root.classList.add("deleted");
    parts.actions.replaceChildren();
    parts.id.classList.remove("mono");
    parts.id.textContent = "Deleted. Its snapshots are kept and can be restored.";
    for (const part of root.querySelectorAll(".tabs, .panel")) part.remove();
    onDeleted();
  }

  return {
    box,
    label,
    root,
    isDeleted: () => deleted,
    /** Gives `command` as if it had been typed; answers its exit code. */
    run(command) {
      show("commands");
      return commandLine.run(command);
    },
    showPaused,
    showDeleted,
    /** Shows what is on the disk now. */
    refresh() {
      if (filesSeen) files.refresh();
    },
    /** Moves the focus to where work goes on. */
    focus() {
      if (deleted) {
        parts.name.focus();
        return;
      }
      show("commands");
      commandLine.focus();
    },
  };
}

/** Loads a part of the page when it is first wanted, so that nobody waits for what they don't use. */
function lazily(load, make) {
  let made;
  return () => {
    made ??= load().then(make);
    return made;
  };
}
