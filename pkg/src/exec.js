/** `box.exec`: commands and code, finished or streamed, and sessions. */

import { toBase64 } from "./base64.js";
import { bytesOf } from "./content.js";
import { invalid } from "./error.js";
import { offers } from "./features.js";
import { output } from "./output.js";
import { Part, callOn, connectionOf, openOn } from "./part.js";
import { openSession } from "./session.js";
import { StreamRun, iterable } from "./streams.js";

export class Exec extends Part {
  async command(command, options) {
    return finished(await callOn(this, "box.exec.command", ...(await prepared(this, command, options))));
  }

  async start(command, options) {
    const { runId } = await callOn(this, "box.exec.start", options, { command, async: true });
    return { id: runId, status: "running" };
  }

  async code(options) {
    return finished(await callOn(this, "box.exec.code", options));
  }

  stream(command, { encoding, ...options } = {}) {
    return streamed(
      this,
      prepared(this, command, options).then((args) => openOn(this, "box.exec.stream", ...args)),
      encoding,
    );
  }

  streamCode({ encoding, ...options } = {}) {
    return streamed(this, openOn(this, "box.exec.streamCode", options), encoding);
  }

  session(options) {
    return openSession(this, options);
  }
}

const streamed = (part, open, encoding) =>
  iterable(open.then((opened) => new StreamRun(opened, (run) => output(run, opened, encoding), part)));

/** A finished command. Its result is what it printed, or what it complained about when it failed. */
function finished({ runId, exitCode, output, error, cpuNs }) {
  const [stdout, stderr] = [output ?? "", error ?? ""];
  const failed = exitCode != 0;
  const run = { status: failed ? "failed" : "completed", result: (failed && stderr) || stdout, stdout, stderr, exitCode };
  if (cpuNs != null) run.cpuNs = cpuNs;
  return runId ? { id: runId, ...run } : run;
}

/** A command with variables and input of its own, in the way that the service takes them. */
async function prepared(part, command, { env, stdin, ...options } = {}) {
  const { signal, timeoutMs } = options;
  const call = { signal, timeoutMs };
  if (env == null && stdin == null) return [options, { command }];
  const bytes = await bytesOf(stdin);
  if (!bytes && (await offers(connectionOf(part), "exec_env", call))) return [options, { command, env, stdin }];
  // Elsewhere `env` sets the variables, and the input is a file that is gone as soon as the command has it.
  let argv = typeof command == "string" ? ["sh", "-c", command] : [...(command ?? [])];
  if (!argv.length) throw invalid("box.exec: a command must name a program.");
  let script = 'exec "$@"';
  if (stdin != null) {
    const path = `/tmp/.stdin-${Date.now()}-${Math.random()}`;
    const content = toBase64(bytes ?? new TextEncoder().encode(stdin));
    await callOn(part, "box.files.write", call, { path, content, encoding: "base64" });
    script = 'exec <"$1"; rm -f "$1"; shift; exec "$@"';
    argv.unshift(path);
  }
  argv = ["sh", "-c", script, "sh", ...argv];
  return [options, { command: env ? ["env", ...Object.entries(env).map(variable), ...argv] : argv }];
}

function variable([name, value]) {
  if (!/^[A-Za-z_]\w*$/.test(name) || typeof value != "string") {
    throw invalid("box.exec: option `env` must be an object of names of variables and strings.");
  }
  return `${name}=${value}`;
}
