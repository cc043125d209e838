/** `box.exec.session`: a process that can be written to and resized while it runs, over a WebSocket. */

import { fromBase64, toBase64 } from "./base64.js";
import { Call } from "./call.js";
import { viewOf } from "./content.js";
import { failure, invalid } from "./error.js";
import { offers } from "./features.js";
import { boxOf, connectionOf } from "./part.js";
import { check } from "./rows.js";

const NAME = "box.exec.session";
const NEEDS = `${NAME}: pass a \`webSocket\` that sends headers, like that of the package \`ws\`.`;

/** Starts the process and resolves once it runs. */
export async function openSession(part, { command, tty, rows, cols, env, folder, signal, timeoutMs, webSocket, ...others } = {}) {
  for (const name in others) check({ name: NAME }, new Set(), name, others[name]);
  if (!command?.length) throw invalid(`${NAME}: option \`command\` must be a string or an array of strings.`);
  if (Array.isArray(env)) throw invalid(`${NAME}: option \`env\` must be an object.`);
  const { id, cwd } = boxOf(part);
  const started = {
    type: "start",
    [typeof command == "string" ? "cmd" : "argv"]: command,
    tty: tty || undefined,
    cwd: !folder ? cwd : folder[0] == "/" ? folder : `${cwd}/${folder}`,
    rows,
    cols,
    env: env && Object.entries(env).map((pair) => pair.join("=")),
  };
  const Socket = webSocket ?? globalThis.WebSocket;
  if (!Socket) throw failure("unsupported", NEEDS);
  const call = new Call(NAME, { signal, timeoutMs });
  let socket;
  try {
    const connection = connectionOf(part);
    const asProtocol = await offers(connection, "exec_session_browser", { signal, timeoutMs });
    socket = await connection.socket(`/v2/box/${encodeURIComponent(id)}/exec-session`, Socket, asProtocol);
  } catch (thrown) {
    call.close();
    throw thrown?.name == "SyntaxError" ? failure("unsupported", NEEDS, thrown) : call.error(thrown);
  }
  return new Promise((resolve, reject) => new Session(socket, call, started, resolve, reject));
}

/** A running process. Its output waits until it is iterated. */
class Session {
  pid;
  id;
  exit;
  #socket;
  #chunks = [];
  #wake;
  #end;
  #isOver = false;

  constructor(socket, call, start, resolve, reject) {
    this.#socket = socket;
    this.exit = new Promise((exited) => (this.#end = exited));
    const on = (event, act) => socket.addEventListener(event, act);
    const fail = (code, message) => {
      this.close();
      call.close();
      reject(failure(code, `${NAME}: ${message}`, call.cause));
    };
    on("open", () => this.#say(start));
    on("close", () => fail("network", "the connection was closed."));
    on("error", () => fail("network", "the connection failed."));
    on("message", ({ data }) => {
      const { type, pid, execId, output, code, message } = parse(data);
      if (type == "started" && pid > 0) {
        this.pid = pid;
        this.id = execId;
        // From here on the process may take as long as it wants.
        call.live();
        resolve(this);
      } else if (type == "stdout" || type == "stderr") {
        this.#chunks.push({ type, data: output });
        this.#wake?.();
      } else if (type == "exit") {
        this.#over(code ?? -1);
        socket.close();
      } else if (type == "error" || type == "started") {
        fail("run_failed", message ?? "the service did not start the process.");
      }
    });
    const ended = () => fail(call.ended == 1 ? "timeout" : "aborted", "the call was ended.");
    if (call.signal?.aborted) ended();
    else call.signal?.addEventListener("abort", ended);
  }

  async *[Symbol.asyncIterator]() {
    try {
      for (;;) {
        while (this.#chunks.length) yield this.#chunks.shift();
        if (this.#isOver) return;
        await new Promise((wake) => (this.#wake = wake));
      }
    } finally {
      if (!this.#isOver) this.close();
    }
  }

  write(data) {
    this.#say({ type: "stdin", data: toBase64(typeof data == "string" ? new TextEncoder().encode(data) : viewOf(data)) });
  }

  closeStdin() {
    this.#say({ type: "stdin_close" });
  }

  resize({ rows, cols }) {
    this.#say({ type: "resize", rows, cols });
  }

  signal(name) {
    this.#say({ type: "signal", signal: name.replace(/^SIG/, "") });
  }

  terminate(graceMs) {
    this.#say({ type: "terminate", graceMs });
  }

  close() {
    this.#over(-1);
    this.#socket.close();
  }

  #say(what) {
    if (!this.#isOver) this.#socket.send(JSON.stringify(what));
  }

  #over(code) {
    this.#isOver = true;
    this.#end(code);
    this.#wake?.();
  }
}

/** What a frame says. One that can't be read says nothing, and is passed over as one of a later service is. */
function parse(text) {
  try {
    const frame = JSON.parse(text);
    if (frame.type.startsWith("std")) frame.output = fromBase64(frame.data);
    return frame;
  } catch {
    return {};
  }
}
