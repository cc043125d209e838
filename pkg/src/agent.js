/** `box.agent`: prompts to the agent in the box, finished or streamed. */

import { Reader } from "../generated/upstash_box_wasm.js";
import { failure } from "./error.js";
import { CUT_OFF, StreamRun, chunks, iterable } from "./streams.js";

export class AgentRuns {
  #send;

  constructor(send) {
    this.#send = send;
  }

  async run(options) {
    const opened = await this.#send.open("box.agent.run", {}, options);
    const run = new StreamRun(opened, elements);
    try {
      for await (const _ of run);
    } catch (thrown) {
      // The agent's own failure is a result; a lost connection or an ended call is not.
      if (thrown.code != "run_failed") throw thrown;
    }
    return run;
  }

  stream(options) {
    return iterable(this.#send.open("box.agent.stream", {}, options).then((opened) => new StreamRun(opened, elements)));
  }
}

/** What the agent says and does, as it comes. */
async function* elements(run, opened) {
  const reader = new Reader();
  try {
    for await (const chunk of chunks(opened)) yield* events(run, reader.events(chunk, false));
    yield* events(run, reader.events(new Uint8Array(), true));
    if (run.status != "completed") {
      throw failure("stream_truncated", CUT_OFF);
    }
  } catch (thrown) {
    run.status = "failed";
    run.error ??= thrown.message;
    throw thrown;
  } finally {
    run.leave();
    reader.free();
  }
}

/** The events in what the reader gives: name, LF, data, LF, and so on. */
function* events(run, bytes) {
  const lines = new TextDecoder().decode(bytes).split("\n");
  for (let at = 0; at + 1 < lines.length; at += 2) {
    const element = read(run, lines[at], parse(lines[at], lines[at + 1]));
    if (element) yield element;
  }
}

function parse(name, text) {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw failure("invalid_response", `The agent's stream has a \`${name}\` event whose data is not JSON.`, cause);
  }
}

/** One event as an element, after it has left its mark on the run. */
function read(run, name, data) {
  const toolCallId = data?.tool_call_id ?? data?.tool_use_id ?? data?.toolCallId ?? data?.id;
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
      return { type: "tool-call", toolCallId, toolName: data.name, input: data.input ?? {} };
    case "tool_result":
      return { type: "tool-result", toolCallId, output: data.output };
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
      throw failure("run_failed", String(data.error ?? "The agent failed."));
    default:
      return { type: "unknown", event: name, data };
  }
}

const cost = (data) => ({
  inputTokens: data.input_tokens ?? 0,
  outputTokens: data.output_tokens ?? 0,
  cachedInputTokens: data.cached_input_tokens ?? 0,
  totalUsd: data.total_cost_usd ?? 0,
});
