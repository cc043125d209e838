/** The output of a streamed command, as it comes. */

import { Reader } from "../generated/upstash_box_wasm.js";
import { failure } from "./error.js";
import { CUT_OFF, chunks, leave } from "./streams.js";

/** Output as it comes, then how the command ended. */
export async function* output(run, opened, encoding) {
  const bytes = encoding == "bytes";
  const text = decoder();
  const element = (data, last) => ({ type: "output", data: bytes ? data : text(data, last) });
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
    if (run.status == "running") run.status = "failed";
    throw thrown;
  } finally {
    leave(run);
    reader.free();
  }
}

/**
 * Text of bytes that come in pieces. Node decodes several times as fast when it need not remember half
 * a character, and none is left over after a byte of ASCII.
 */
function decoder() {
  const [whole, cut] = [1, 2].map(() => new TextDecoder("utf-8", { ignoreBOM: true }));
  let open = false;
  return (data, last) => {
    const stream = !last && data.at(-1) > 127;
    const text = open || stream ? cut.decode(data, { stream }) : whole.decode(data);
    open = stream;
    return text;
  };
}

/** What the trailer says; undefined when these data are not a trailer's. */
function trailer(bytes) {
  try {
    const data = JSON.parse(new TextDecoder().decode(bytes));
    if (typeof data.exit_code == "number" || typeof data.error == "string") return data;
  } catch {}
}
