/** `box.agent`: prompts to the agent in the box, finished or streamed. */

import { events } from "./agent-events.js";
import { Call } from "./call.js";
import { failure } from "./error.js";
import { tell } from "./given.js";
import { Part, callOn, openOn } from "./part.js";
import { promptFiles } from "./prompt-files.js";
import { toJsonSchema, validate } from "./schema.js";
import { StreamRun, iterable } from "./streams.js";

const RUN = "box.agent.run";

/** How long a lost run is told to end before the next begins. */
const CANCEL_MS = 10_000;

export class AgentRuns extends Part {
  async run({ webhook, responseSchema, maxRetries = 0, ...options } = {}) {
    options = await prepared(RUN, options);
    options.jsonSchema ??= toJsonSchema(responseSchema, RUN);
    if (webhook) {
      const { runId } = await callOn(this, `${RUN}:webhook`, options, { webhook });
      return { id: runId, status: "running", result: "" };
    }
    const { signal } = options;
    for (let tried = 0; ; tried++) {
      let run;
      try {
        run = await open(this, RUN, options);
        await finished(run);
        if (responseSchema && run.status == "completed") run.result = await read(responseSchema, run.result);
        return run;
      } catch (error) {
        // What the service refuses it would refuse again, and a time that has run out is over.
        const passes = (error.retryable && error.code != "timeout" && !(error.status < 500)) || error.code == "stream_truncated";
        if (!passes || !(tried < maxRetries)) throw error;
        // It may go on without a reader, and there must not be two at work.
        if (run?.id) await callOn(this, "box.cancelRun", { signal, timeoutMs: CANCEL_MS }, { runId: run.id }).catch(() => {});
        await pause(Math.min(30_000, 1000 * 2 ** tried), signal);
      }
    }
  }

  stream(options = {}) {
    return iterable(prepared("box.agent.stream", options).then((ready) => open(this, "box.agent.stream", ready)));
  }
}

async function finished(run) {
  try {
    for await (const _ of run);
  } catch (thrown) {
    // The agent's own failure is a result; a lost connection or an ended call is not.
    if (thrown.code != "run_failed") throw thrown;
  }
}

async function open(part, name, { onToolUse, onToolResult, ...options }) {
  const opened = await openOn(part, name, options);
  /** Shows the callbacks what is theirs. */
  const see = (element) => {
    if (!element.type.startsWith("tool-")) return;
    const { type, toolName, ...facts } = element;
    if (type == "tool-call") tell(name, "onToolUse", onToolUse, { name: toolName, ...facts });
    else tell(name, "onToolResult", onToolResult, facts);
  };
  const run = new StreamRun(opened, (run) => events(run, opened, see), part);
  run.result = "";
  return run;
}

const prepared = async (name, { files, ...options }) => ({ ...options, files: files && (await promptFiles(files, name)) });

/** Structured output. Some models put it into a code fence. */
async function read(schema, text) {
  const [, inside = text] = /^\s*```\w*\n([^]*)\n```\s*$/.exec(text) ?? [];
  let value;
  try {
    value = JSON.parse(inside);
  } catch (cause) {
    throw failure("invalid_response", `${RUN}: the agent's answer is not JSON.`, cause);
  }
  return validate(schema, value, RUN);
}

async function pause(ms, signal) {
  const call = new Call(RUN, { signal });
  await call.sleep(ms);
  call.close();
}
