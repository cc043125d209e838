/** Commands. */

/** Options of a command. */
export interface ExecOptions extends CallOptions {
  /** Where it runs, relative to `box.cwd` or absolute; by default `box.cwd`. */
  folder?: string | undefined;
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
   * Runs a command and waits for its end.
   *
   * @param command A line for the shell, or a program and its arguments, which no shell then sees.
   */
  command(command: string | readonly string[], options?: ExecOptions): Promise<Run>;

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
  stream(command: string | readonly string[], options: ExecOptions & { encoding: "bytes" }): Streaming<ExecStream<Uint8Array>>;
  stream(command: string | readonly string[], options?: ExecOptions & { encoding?: "text" | undefined }): Streaming<ExecStream<string>>;
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
  cancel(): Promise<void>;
}
