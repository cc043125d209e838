/** Asks the box's agent, and shows what it says and does as it comes. */

import { element } from "../page/dom.js";
import { formatDuration } from "../page/format.js";
import { clearProblem, showProblem } from "../page/problem.js";
import { say } from "../page/status_line.js";

/** Wires the prompt among `parts` to `box`. */
export function wireAgent(parts, box, { onRunStarted, onRunEnded }) {
  const input = parts["agent-prompt"];
  const log = parts["agent-log"];
  let running;
  let sessionId;

  parts["agent-form"].addEventListener("submit", (event) => {
    event.preventDefault();
    const prompt = input.value.trim();
    if (!prompt || running) return;
    input.value = "";
    ask(prompt);
  });
  input.addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      parts["agent-form"].requestSubmit();
    }
  });
  parts["agent-stop"].addEventListener("click", () => running?.abort());

  async function ask(prompt) {
    clearProblem(parts.problem);
    parts["agent-empty"].hidden = true;
    const controller = new AbortController();
    const begun = performance.now();
    const answer = element("article", { class: "run", "aria-label": prompt }, element("p", { class: "given", dir: "auto" }, prompt));
    log.append(answer);
    setRunning(controller);
    try {
      for await (const chunk of box.agent.stream({ prompt, sessionId, signal: controller.signal })) show(answer, chunk);
      say(`The agent is done, after ${formatDuration(performance.now() - begun)}.`);
    } catch (error) {
      if (controller.signal.aborted) answer.append(element("p", { class: "result" }, "stopped"));
      else {
        showProblem(parts.problem, error);
        if (!input.value) input.value = prompt;
      }
    } finally {
      setRunning(undefined);
      input.focus();
    }
  }

  function show(answer, chunk) {
    if (chunk.type === "text-delta") textPart(answer, "said").append(chunk.text);
    else if (chunk.type === "reasoning") textPart(answer, "thought").append(chunk.text);
    else if (chunk.type === "tool-call") {
      answer.append(element("details", { class: "tool" },
        element("summary", {}, "uses ", element("code", {}, chunk.toolName)),
        element("pre", { class: "output" }, JSON.stringify(chunk.input, null, 2))));
    } else if (chunk.type === "tool-result") {
      const output = typeof chunk.output === "string" ? chunk.output : JSON.stringify(chunk.output, null, 2);
      [...answer.querySelectorAll("details")].pop()?.append(element("pre", { class: "output" }, output));
    } else if (chunk.type === "finish") {
      sessionId = chunk.sessionId ?? sessionId;
      const { inputTokens, outputTokens } = chunk.usage;
      if (inputTokens + outputTokens > 0) answer.append(element("p", { class: "result" }, `${inputTokens} tokens read, ${outputTokens} written`));
    }
    log.scrollTop = log.scrollHeight;
  }

  /** The paragraph that text of this kind goes on in. */
  function textPart(answer, kind) {
    const last = answer.lastElementChild;
    if (last?.classList.contains(kind)) return last;
    const part = element("p", { class: `output ${kind}`, dir: "auto" });
    answer.append(part);
    return part;
  }

  function setRunning(controller) {
    running = controller;
    parts["agent-stop"].hidden = !running;
    parts["agent-ask"].hidden = Boolean(running);
    if (running) onRunStarted();
    else onRunEnded();
  }

  return { stop: () => running?.abort() };
}
