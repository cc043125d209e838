/** `box.exec`: commands and code, finished or streamed, and sessions. */

import { demand } from "./features.js";
import { output } from "./output.js";
import { Part, callOn, connectionOf, openOn } from "./part.js";
import { openSession } from "./session.js";
import { StreamRun, iterable } from "./streams.js";

export class Exec extends Part {
  async command(command, options) {
    const name = "box.exec.command";
    await ready(this, name, options);
    return finished(await callOn(this, name, options, { command }));
  }

  async start(command, options) {
    const { runId } = await callOn(this, "box.exec.start", options, { command, async: true });
    return { id: runId, status: "running" };
  }

  async code(options) {
    const name = "box.exec.code";
    await ready(this, name, options);
    return finished(await callOn(this, name, options));
  }

  stream(command, options) {
    return streamed(this, "box.exec.stream", options, { command });
  }

  streamCode(options) {
    return streamed(this, "box.exec.streamCode", options);
  }

  session(options) {
    return openSession(this, options);
  }
}

const streamed = (part, name, { encoding, ...options } = {}, more) =>
  iterable(
    ready(part, name, options)
      .then(() => openOn(part, name, options, more))
      .then((opened) => new StreamRun(opened, (run) => output(run, opened, encoding), part)),
  );

/** A finished command. Its result is what it printed, or what it complained about when it failed. */
function finished({ runId, exitCode, output, error, cpuNs }) {
  const [stdout, stderr] = [output ?? "", error ?? ""];
  const failed = exitCode != 0;
  const run = { status: failed ? "failed" : "completed", result: (failed && stderr) || stdout, stdout, stderr, exitCode };
  if (cpuNs != null) run.cpuNs = cpuNs;
  return runId ? { id: runId, ...run } : run;
}

/** Makes sure that a command's own variables and input reach it. */
async function ready(part, name, options) {
  for (const option of ["env", "stdin"]) {
    if (options?.[option] != null) await demand(connectionOf(part), `exec_${option}`, name, options);
  }
}
