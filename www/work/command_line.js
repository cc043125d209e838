/** The line where commands are given: runs one at a time, streams its output, stops it when asked. */

import { element } from "../page/dom.js";
import { clearProblem, showProblem } from "../page/problem.js";
import { say } from "../page/status_line.js";
import { CommandHistory } from "./command_history.js";
import { wireTranscript } from "./transcript.js";
import { HOME, shortPath, targetOfCd } from "./working_directory.js";

const EXAMPLES = ["uname -a", "echo hello > hello.txt", "for i in 1 2 3; do echo $i; sleep 1; done"];

/** Wires the command line among `parts` to `box`. */
export function wireCommandLine(parts, box, { onRunStarted, onRunEnded }) {
  const input = parts.command;
  const history = new CommandHistory();
  const transcript = wireTranscript(parts.transcript);
  let directory = HOME;
  let running;
  showPrompt();
  parts.examples.append(
    element("p", {}, "Type a command below. Each example can be pressed:"),
    element("p", { class: "examples" }, ...EXAMPLES.map((example) => element("button", {
      type: "button", class: "mono", on: { click: () => { recall(example); input.focus(); } },
    }, example))));

  parts["command-form"].addEventListener("submit", (event) => {
    event.preventDefault();
    submit();
  });
  parts.stop.addEventListener("click", () => { stop(); input.focus(); });
  input.addEventListener("keydown", (event) => {
    if (event.ctrlKey && event.key === "c" && input.selectionStart === input.selectionEnd) {
      event.preventDefault();
      if (running) stop();
      else input.value = "";
    } else if (event.key === "ArrowUp" || event.key === "ArrowDown") {
      event.preventDefault();
      recall(event.key === "ArrowUp" ? history.older(input.value) : history.newer());
    }
  });

  function recall(command) {
    if (command === undefined) return;
    input.value = command;
    input.setSelectionRange(command.length, command.length);
  }

  function submit() {
    const command = input.value.trim();
    if (!command) return;
    if (running) {
      say("A command is still running. Ctrl+C stops it.");
      return;
    }
    history.add(command);
    input.value = "";
    run(command);
  }

  /** Shows and runs `command`; answers its exit code, or undefined when it did not end by itself. */
  async function run(command) {
    clearProblem(parts.problem);
    parts.examples.remove();
    const controller = new AbortController();
    const begun = performance.now();
    const shown = transcript.begin(command, shortPath(directory));
    const end = (state, words) => shown.end(state, words, performance.now() - begun);
    setRunning(controller);
    try {
      const code = await execute(command, shown, controller.signal);
      end(code === 0 ? "ok" : "failed", code === 0 ? "" : `exit ${code}`);
      if (code !== 0) say(`The command ended with exit code ${code}.`);
      return code;
    } catch (error) {
      if (controller.signal.aborted) {
        end("stopped", "stopped");
        say("Stopped.");
      } else {
        end("failed", error?.code ?? "failed");
        showProblem(parts.problem, error);
        // The command may be wanted again once the cause is gone.
        if (!input.value) recall(command);
      }
      return undefined;
    } finally {
      setRunning(undefined);
    }
  }

  /** Runs `command`, hands its output on, and answers its exit code. */
  async function execute(command, shown, signal) {
    const target = targetOfCd(command);
    let said = "";
    let code = 0;
    const script = target === undefined ? command : `cd ${target} && pwd`;
    for await (const chunk of await box.exec.stream(script, { signal, folder: directory })) {
      if (chunk.type === "exit") code = chunk.exitCode;
      else if (target === undefined) shown.write(chunk.data);
      else said += chunk.data;
    }
    if (target !== undefined && code === 0) {
      directory = said.trim().split("\n").pop();
      showPrompt();
    } else {
      shown.write(said);
    }
    return code;
  }

  function setRunning(controller) {
    running = controller;
    parts.stop.hidden = !running;
    parts.run.hidden = Boolean(running);
    if (running) onRunStarted();
    else onRunEnded();
  }

  function showPrompt() {
    parts.prompt.textContent = `${shortPath(directory)} $`;
    input.setAttribute("aria-description", `runs in ${directory}`);
  }

  function stop() {
    running?.abort();
  }

  return { stop, run, focus: () => input.focus() };
}
