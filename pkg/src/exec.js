/** `box.exec`: commands, finished or streamed. */

import { ExecReader } from "../generated/upstash_box_wasm.js";
import { StreamRun, chunks, iterable } from "./streams.js";

export class Exec {
  #send;

  constructor(send) {
    this.#send = send;
  }

  command(command, options) {
    return this.#send.call("box.exec.command", { command }, options);
  }

  stream(command, { encoding, ...options } = {}) {
    const open = this.#send.open("box.exec.stream", { command }, options);
    return iterable(open.then((opened) => new StreamRun(opened, (run, opened) => output(run, opened, encoding))));
  }
}

/** Output as it comes, then how the command ended. */
async function* output(run, opened, encoding) {
  const bytes = encoding == "bytes";
  const text = new TextDecoder("utf-8", { ignoreBOM: true });
  const element = (data, last) => ({ type: "output", data: bytes ? data : text.decode(data, { stream: !last }) });
  const reader = new ExecReader();
  try {
    for await (const chunk of chunks(opened)) {
      const plain = reader.push(chunk);
      const held = reader.held();
      for (const data of [held, plain == chunk.length ? chunk : chunk.subarray(0, plain)]) {
        if (!data?.length) continue;
        const next = element(data);
        if (next.data.length) yield next;
      }
    }
    let exit, failure;
    try {
      exit = reader.finish();
    } catch (thrown) {
      failure = opened.call.error(thrown);
    }
    const rest = element(reader.held() ?? new Uint8Array(), true);
    if (rest.data.length) yield rest;
    if (failure) throw failure;
    run.exitCode = exit.exitCode;
    run.cpuNs = exit.cpuNs;
    run.status = exit.exitCode == 0 ? "completed" : "failed";
    yield exit;
  } catch (thrown) {
    run.status = "failed";
    throw thrown;
  } finally {
    run.leave();
    reader.free();
  }
}
