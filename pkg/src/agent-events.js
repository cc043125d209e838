/** The events of an agent's stream as elements. */

import { Reader } from "../generated/upstash_box_wasm.js";
import { failure } from "./error.js";
import { CUT_OFF, Elements, chunks, leave } from "./streams.js";

/** An answer that the service has held against its schema; other codes of a harness are its own. */
const MISFIT = "invalid_response";

/** What the agent says and does, as it comes; `see` is shown each element first. */
export const events = (run, opened, see) => new Elements(batches(run, opened, see));

/** The same, a batch for each chunk. A batch is read as its elements are taken, and so is the run's state. */
async function* batches(run, opened, see) {
  const reader = new Reader();
  try {
    for await (const chunk of chunks(opened)) yield read(run, reader.events(chunk, false), see);
    yield read(run, reader.events(new Uint8Array(), true), see);
    if (run.status != "completed") {
      throw failure("stream_truncated", CUT_OFF);
    }
  } catch (thrown) {
    // A connection that is lost now takes nothing with it.
    if (run.status == "completed" && thrown.retryable) return;
    if (run.status == "running") {
      run.status = "failed";
      run.error = thrown.message;
    }
    throw thrown;
  } finally {
    leave(run);
    reader.free();
  }
}

/** Most events are such a text, which can be taken as it stands several times as fast as JSON is read. */
const PLAIN = /^\{"text":"[^"\\\0-\x1f]*"\}$/;

/** The events in what the reader gives: name, LF, data, LF, and so on. */
function* read(run, bytes, see) {
  const lines = new TextDecoder().decode(bytes).split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const element = toElement(run, lines[at], parse(lines[at], lines[at + 1]));
    if (!element) continue;
    see(element);
    yield element;
  }
}

function parse(name, text) {
  if (PLAIN.test(text)) return { text: text.slice(9, -2) };
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw failure("invalid_response", `The agent's stream has a \`${name}\` event whose data is not JSON.`, cause);
  }
}

/** One event as an element, after it has left its mark on the run. */
function toElement(run, name, data) {
  switch (name) {
    case "run_start":
      run.id = data.run_id;
      return { type: "start", runId: data.run_id };
    case "text":
      if (!data.text) return;
      run.result += data.text;
      return { type: "text-delta", text: data.text };
    case "thinking":
      return { type: "reasoning", text: data.text };
    case "tool":
      return { type: "tool-call", toolCallId: idOf(data), toolName: data.name, input: data.input ?? {} };
    case "tool_result":
      return { type: "tool-result", toolCallId: idOf(data), output: data.output };
    case "stats":
      return { type: "stats", cpuNs: data.cpu_ns, memoryPeakBytes: data.memory_peak_bytes };
    case "done":
      if (data.output) run.result = data.output;
      run.status = "completed";
      run.sessionId = data.session_id;
      run.cost = cost(data);
      return { type: "finish", output: run.result, usage: run.cost, sessionId: data.session_id };
    case "error":
      run.cost = cost(data);
      throw failure(data.code == MISFIT ? MISFIT : "run_failed", String(data.error ?? "The agent failed."));
    default:
      return { type: "unknown", event: name, data };
  }
}

const idOf = (data) => data.tool_call_id ?? data.tool_use_id ?? data.toolCallId ?? data.id;

const cost = (data) => ({
  inputTokens: data.input_tokens ?? 0,
  outputTokens: data.output_tokens ?? 0,
  cachedInputTokens: data.cached_input_tokens ?? 0,
  totalUsd: data.total_cost_usd ?? 0,
});
