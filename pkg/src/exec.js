/** `box.exec`: commands, finished or streamed. */

import { Reader } from "../generated/upstash_box_wasm.js";
import { failure } from "./error.js";
import { CUT_OFF, StreamRun, chunks, iterable } from "./streams.js";

export class Exec {
  #send;

  constructor(send) {
    this.#send = send;
  }

  async command(command, options) {
    const answer = await this.#send.call("box.exec.command", { command }, options);
    return finished(answer);
  }

  stream(command, { encoding, ...options } = {}) {
    const open = this.#send.open("box.exec.stream", { command }, options);
    return iterable(open.then((opened) => new StreamRun(opened, (run, opened) => output(run, opened, encoding))));
  }
}

/** A finished command. Its result is what it printed, or what it complained about when it failed. */
function finished({ runId, exitCode, output, error, cpuNs }) {
  const [stdout, stderr] = [output ?? "", error ?? ""];
  const failed = exitCode != 0;
  const run = { status: failed ? "failed" : "completed", result: (failed && stderr) || stdout, stdout, stderr, exitCode };
  if (cpuNs != null) run.cpuNs = cpuNs;
  return runId ? { id: runId, ...run } : run;
}

/** Output as it comes, then how the command ended. */
async function* output(run, opened, encoding) {
  const bytes = encoding == "bytes";
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  const element = (data, last) => ({ type: "output", data: bytes ? data : text.decode(data, { stream: !last }) });
  const reader = new Reader();
  try {
    for await (const chunk of chunks(opened)) {
      const plain = reader.output(chunk);
      const held = reader.held();
      for (const data of [held, plain == chunk.length ? chunk : chunk.subarray(0, plain)]) {
        if (!data.length) continue;
        const next = element(data);
        if (next.data.length) yield next;
      }
    }
    const end = trailer(reader.trailer());
    const rest = element(end ? new Uint8Array() : reader.held(), true);
    if (rest.data.length) yield rest;
    if (!end) throw failure("stream_truncated", CUT_OFF);
    if (end.error !== undefined) throw failure("run_failed", String(end.error));
    run.exitCode = end.exit_code;
    run.cpuNs = end.cpu_ns ?? 0;
    run.status = end.exit_code == 0 ? "completed" : "failed";
    yield { type: "exit", exitCode: run.exitCode, cpuNs: run.cpuNs };
  } catch (thrown) {
    run.status = "failed";
    throw thrown;
  } finally {
    run.leave();
    reader.free();
  }
}

/** What the trailer says; undefined when these data are not a trailer's. */
function trailer(bytes) {
  try {
    const data = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof data.exit_code == "number" || typeof data.error == "string") return data;
  } catch {}
}
