/** Commands. */

/** Options of whatever runs in a box. */
export interface ExecOptions extends CallOptions {
  /** Where it runs, relative to `box.cwd` or absolute; by default `box.cwd`. */
  folder?: string | undefined;
  /** Milliseconds after which the service ends the command, where it can: `box-server` can. */
  timeout?: number | undefined;
}

/** Options of a command. */
export interface CommandOptions extends ExecOptions {
  /** Variables for this command alone, where the service takes them: `box-server` does. */
  env?: Record<string, string> | undefined;
  /** What it reads from standard input, which then ends; where the service takes it, as `box-server` does. */
  stdin?: string | undefined;
}

/** Languages of `exec.code`. */
export type CodeLanguage = "js" | "ts" | "python";

/** A piece of code to run. */
export interface CodeOptions extends ExecOptions {
  code: string;
  lang: CodeLanguage;
  /** Variables of this code alone, where the service takes them: `box-server` does. */
  env?: Record<string, string> | undefined;
}

/** A finished command. One that fails is a run with its exit code, not an error. */
export interface Run {
  /** The service's name for it, when it has one. */
  id?: string;
  /** `failed` when the exit code is not 0. */
  status: "completed" | "failed";
  /** Standard output; of a failed command standard error, or standard output when that is empty. */
  result: string;
  stdout: string;
  stderr: string;
  /** 128 + n when signal n ended it. */
  exitCode: number;
  /** Processor time in nanoseconds, when the service measures it. */
  cpuNs?: number;
}

/** Runs commands in a box. */
export interface Exec {
  /**
   * Runs a command and waits for its end, in Node however long that takes; elsewhere see `timeoutMs`.
   *
   * @param command A line for the shell, or a program and its arguments, which no shell then sees.
   */
  command(command: string | readonly string[], options?: CommandOptions): Promise<Run>;

  /**
   * Runs a command and gives its output as it comes, standard output and standard error in one. The last
   * element is the exit code. Leaving the loop ends the command.
   *
   * @example
   * ```ts
   * for await (const chunk of await box.exec.stream("npm test")) {
   *   if (chunk.type === "output") process.stdout.write(chunk.data);
   *   else console.log("exit code", chunk.exitCode);
   * }
   * ```
   */
  stream(command: string | readonly string[], options: CommandOptions & { encoding: "bytes" }): Streaming<ExecStream<Uint8Array>>;
  /** The same with its output as text. */
  stream(command: string | readonly string[], options?: CommandOptions & { encoding?: "text" | undefined }): Streaming<ExecStream<string>>;

  /** Starts a command and does not wait for it. `box.getRun` tells how it ended, `box.cancelRun` ends it. */
  start(command: string | readonly string[], options?: ExecOptions): Promise<{ id: string; status: "running" }>;

  /**
   * Runs a piece of code and waits for its end, as `command` does.
   *
   * @example
   * ```ts
   * const run = await box.exec.code({ lang: "python", code: "print(6 * 7)" });
   * ```
   */
  code(options: CodeOptions): Promise<Run>;

  /** Runs a piece of code and gives its output as it comes. */
  streamCode(options: CodeOptions & { encoding: "bytes" }): Streaming<ExecStream<Uint8Array>>;
  /** The same with its output as text. */
  streamCode(options: CodeOptions & { encoding?: "text" | undefined }): Streaming<ExecStream<string>>;

  /**
   * Starts a process that can be written to while it runs, with a terminal if wanted. The process ends
   * with the session.
   *
   * It needs a WebSocket, which Node has from version 22 on; for Node 20 pass the class of the package `ws`
   * as `webSocket`. The hosted service wants the key in a header, which browsers do not send; a
   * `box-server` takes sessions from browsers as well.
   *
   * @example
   * ```ts
   * const session = await box.exec.session({ command: "bash", tty: true, rows: 24, cols: 80 });
   * session.write("echo hello\nexit\n");
   * for await (const { data } of session) process.stdout.write(data);
   * console.log("exit code", await session.exit);
   * ```
   */
  session(options: SessionOptions): Promise<ExecSession>;
}

/** Options of `exec.session`. `timeoutMs` is about the start alone. */
export interface SessionOptions extends CallOptions {
  /** A line for the shell, or a program and its arguments. */
  command: string | readonly string[];
  /** Gives the process a terminal. Its standard error is then part of its standard output. */
  tty?: boolean | undefined;
  /** Size of the terminal, in characters. */
  rows?: number | undefined;
  cols?: number | undefined;
  env?: Record<string, string> | undefined;
  /** Where it runs, relative to `box.cwd` or absolute; by default `box.cwd`. */
  folder?: string | undefined;
  /** A WebSocket class in place of the runtime's. It is given `{ headers }`, or protocols, beside the address. */
  webSocket?: (new (url: string, carrier: { headers: Record<string, string> } & string[]) => object) | undefined;
}

/** Signals that a session takes. */
export type Signal = "TERM" | "KILL" | "INT" | "HUP" | "TSTP" | "QUIT" | "USR1" | "USR2";

/** A process that runs. Iterated, it gives the output; leaving the loop ends the process. */
export interface ExecSession extends AsyncIterable<{ type: "stdout" | "stderr"; data: Uint8Array }> {
  /** Of the process, inside the box. */
  readonly pid: number;
  /** The service's name for it. */
  readonly id?: string;
  /** Its exit code, once it has ended; -1 when the session ended first. It never rejects. */
  readonly exit: Promise<number>;
  /** Sends input; a text as UTF-8. */
  write(data: string | ArrayBuffer | ArrayBufferView): void;
  /** Ends the input. */
  closeStdin(): void;
  /** Tells a terminal its size, in characters. */
  resize(size: { rows: number; cols: number }): void;
  /** Sends a signal to the command. */
  signal(name: Signal | `SIG${Signal}`): void;
  /** Asks it to end, and ends it for certain after so many milliseconds. */
  terminate(graceMs?: number): void;
  /** Ends the process at once. */
  close(): void;
}

/** An element of a streamed command. Text never splits a character; bytes are as the command wrote them. */
export type ExecStreamChunk<Data = string> =
  | { type: "output"; data: Data }
  | { type: "exit"; exitCode: number; cpuNs: number };

/** A stream that can be iterated as it stands, or awaited first to learn that it has begun. */
export type Streaming<Stream extends AsyncIterable<unknown>> = Promise<Stream> &
  AsyncIterable<Stream extends AsyncIterable<infer Chunk> ? Chunk : never>;

/** What a stream's run is: `detached` when its reader left it before the end. */
export type RunStatus = "running" | "completed" | "failed" | "cancelled" | "detached";

/** A command whose output is read as it comes. */
export interface ExecStream<Data = string> extends AsyncIterable<ExecStreamChunk<Data>> {
  readonly status: RunStatus;
  /** Set once the stream has ended. */
  readonly exitCode?: number;
  readonly cpuNs?: number;
  /** Ends the command without reading on. */
  cancel(options?: CallOptions): Promise<void>;
  /** What the box logged since the command began. */
  logs(options?: LogsOptions): Promise<LogEntry[]>;
}
