/**
 * Box: isolated Linux boxes for coding agents, with snapshots, from every JavaScript runtime.
 *
 * Nothing has to be initialised: the first call loads the WebAssembly.
 *
 * @example
 * ```ts
 * import { Box } from "upstash-box-wasm";
 *
 * const box = await Box.create({ runtime: "node" });
 * await box.exec.command("npm install -g typescript");
 * const snapshot = await box.snapshot({ name: "with-typescript" });
 * const copy = await Box.fromSnapshot(snapshot.id);
 * ```
 */

// Options that every call takes

/** How a call may be ended from outside. */
export interface CallOptions {
  /** Ends the call, which then rejects with code `aborted`. */
  signal?: AbortSignal | undefined;
  /**
   * Milliseconds after which the call rejects with code `timeout`. By default 300,000 for calls that
   * wait until what they make is ready, 600,000 for others, and none for streams.
   */
  timeoutMs?: number | undefined;
}

/** Where the service is and who asks. It belongs to the handle that is made with it, never to a global. */
export interface ConnectionOptions {
  /** The API key; by default the environment's `UPSTASH_BOX_API_KEY`. */
  apiKey?: string | undefined;
  /**
   * Address of the service; by default the environment's `UPSTASH_BOX_BASE_URL`, or else the hosted
   * service at `https://us-east-1.box.upstash.com`.
   */
  baseUrl?: string | undefined;
}

/** For calls that make something. */
export interface IdempotencyOptions {
  /**
   * A text of your own that names this call. With it the call may be sent again after a network error,
   * because the service makes the thing only once. Use it with services that honour `Idempotency-Key`.
   */
  idempotencyKey?: string | undefined;
}

// Boxes

/** What a box is doing. A box that can be used is `idle`, or `running` while something runs in it. */
export type BoxStatus = "creating" | "idle" | "running" | "paused" | "error" | "deleted";

/** How much of the machine a box may use: 2, 4 or 8 processors with 4, 8 or 16 GB. */
export type BoxSize = "small" | "medium" | "large";

/** Languages and tools that a box starts with. */
export type Runtime =
  | "node" | "python" | "golang" | "ruby" | "rust"
  | "node-alpine" | "python-alpine" | "golang-alpine" | "ruby-alpine" | "rust-alpine";

/** A box as the service describes it. Times are ISO 8601 texts. */
export interface BoxInfo {
  id: string;
  name?: string;
  status: BoxStatus;
  labels?: string[];
  size?: BoxSize;
  keepAlive?: boolean;
  ephemeral?: boolean;
  runtime?: string;
  /** The harness that answers prompts; absent on a box without one. */
  agent?: string;
  model?: string;
  /** The snapshot this box was restored from. */
  snapshotId?: string;
  createdAt?: string;
  updatedAt?: string;
  lastActivityAt?: string;
  expiresAt?: string;
  deletedAt?: string;
  /** What else the service tells, under its camelCase name. */
  [member: string]: unknown;
}

/** The process that answers prompts in a box whose harness is `Agent.Custom`. */
export interface CustomHarness {
  /** A name on the box's PATH, or an absolute path under `/workspace/home/` or `/home/boxuser/`. */
  command: string;
  /** Arguments before those that the service adds. */
  args?: string[] | undefined;
  protocol?: "box-sse-v1" | undefined;
}

/** The agent of a box. */
export interface AgentConfig {
  /** The program: one of `Agent`, or any other that the service knows. */
  harness: Agent | (string & {});
  /** The model it uses, for example one of `ClaudeCode`. Managed harnesses need one. */
  model?: string | undefined;
  /** A key for the model: one of `BoxApiKey`, or the provider's own. By default the service decides. */
  apiKey?: string | undefined;
  /** What runs when the harness is `Agent.Custom`. */
  customHarness?: CustomHarness | undefined;
}

/** Where a box may connect to. */
export type NetworkPolicy =
  | { mode: "allow-all" | "deny-all" }
  | {
      mode: "custom";
      allowedDomains?: string[] | undefined;
      allowedCidrs?: string[] | undefined;
      deniedCidrs?: string[] | undefined;
    };

/** A server of the Model Context Protocol for the agent: an npm package, or an address. */
export type McpServer =
  | { name: string; package: string; args?: string[] | undefined }
  | { name: string; url: string; headers?: Record<string, string> | undefined };

/** What a new box may be given. */
export interface BoxSettings {
  /** A name of your own, by which `Box.getByName` finds it. */
  name?: string | undefined;
  /** At most 5, each of at most 20 letters, digits, `.`, `_`, `-` and `:`. */
  labels?: string[] | undefined;
  size?: BoxSize | undefined;
  runtime?: Runtime | (string & {}) | undefined;
  /** Never pause when idle. */
  keepAlive?: boolean | undefined;
  /** A command that runs in the background each time the box starts. */
  initCommand?: string | undefined;
  agent?: AgentConfig | undefined;
  git?: { token?: string | undefined; userName?: string | undefined; userEmail?: string | undefined } | undefined;
  /** Environment of everything that runs in the box. */
  env?: Record<string, string> | undefined;
  /** HTTP headers that the service adds to the box's own requests, by host. The box never sees them. */
  attachHeaders?: Record<string, Record<string, string>> | undefined;
  networkPolicy?: NetworkPolicy | undefined;
  /** Skills to install, as `owner/repo` or `owner/repo/skill`. */
  skills?: string[] | undefined;
  mcpServers?: McpServer[] | undefined;
}

/** Options of `Box.create` and `Box.fromSnapshot`. */
export interface CreateBoxOptions extends BoxSettings, ConnectionOptions, CallOptions, IdempotencyOptions {}

/** Options of `EphemeralBox.create` and `EphemeralBox.fromSnapshot`. */
export interface CreateEphemeralBoxOptions extends CreateBoxOptions {
  /** Seconds until the box deletes itself; at most and by default 259,200. */
  ttl?: number | undefined;
}

/** Options of static calls that make nothing. */
export interface StaticOptions extends ConnectionOptions, CallOptions {}

/** Options of `Box.list`. */
export interface ListBoxesOptions extends StaticOptions {
  /** Only boxes with this label. */
  label?: string | undefined;
  /** `deleted` lists what is left of deleted boxes. */
  status?: BoxStatus | undefined;
}

/**
 * One box: an isolated Linux machine with a disk of its own.
 *
 * Handles come from the static methods. What a handle shows is as old as its last call about it.
 */
export declare class Box {
  protected constructor();

  /**
   * Makes a box and waits until it can be used.
   *
   * When that fails or is ended early, the error's `leftBehind` has the id of a box that was made.
   */
  static create(options?: CreateBoxOptions): Promise<Box>;

  /**
   * Makes a box with the exact disk and agent settings of a snapshot, and waits until it can be used.
   * The original box is unaffected. Any number of boxes can be made from one snapshot.
   *
   * @example
   * ```ts
   * const [a, b] = await Promise.all([Box.fromSnapshot(snapshot.id), Box.fromSnapshot(snapshot.id)]);
   * ```
   */
  static fromSnapshot(snapshotId: string, options?: CreateBoxOptions): Promise<Box>;

  /** A handle on the box with this id, or with this name. */
  static get(id: string, options?: StaticOptions): Promise<Box>;

  /** A handle on the box with this name. */
  static getByName(name: string, options?: StaticOptions): Promise<Box>;

  /** Every box of the account. */
  static list(options?: ListBoxesOptions): Promise<BoxInfo[]>;

  /** Deletes one box or several, for ever. An empty array is an error, never "all". Snapshots stay. */
  static delete(ids: string | readonly string[], options?: StaticOptions): Promise<void>;
  /** The same, as the official client spells it. */
  static delete(options: StaticOptions & { boxIds: string | readonly string[] }): Promise<void>;

  /** Deletes snapshots of any box. An empty array is an error, never "all". */
  static deleteSnapshots(ids: string | readonly string[], options?: StaticOptions): Promise<{ deleted: number }>;

  readonly id: string;
  readonly name?: string;
  /** As it was when this handle last asked; `getStatus` asks. */
  readonly status: BoxStatus;
  readonly size?: BoxSize;
  readonly labels?: string[];
  readonly runtime?: string;
  readonly keepAlive?: boolean;
  readonly ephemeral?: boolean;
  readonly model?: string;
  /** The snapshot this box was restored from. */
  readonly snapshotId?: string;
  readonly createdAt?: string;
  readonly updatedAt?: string;
  readonly lastActivityAt?: string;
  readonly expiresAt?: string;
  /** The agent's program and model. */
  readonly modelConfig: { harness?: string; model?: string };
  /** Where this handle's commands and relative paths begin. `cd` changes it. */
  readonly cwd: string;

  /** Runs commands. */
  readonly exec: Exec;
  /** Reads, writes and lists files. */
  readonly files: Files;
  /** Version control. */
  readonly git: Git;
  /** Prompts to the box's agent. */
  readonly agent: AgentRuns;

  /**
   * Saves the disk and the agent's settings as they are now, and waits until they can be restored.
   * Running commands go on. The snapshot outlives the box.
   */
  snapshot(options?: { name?: string | undefined } & CallOptions & IdempotencyOptions): Promise<Snapshot>;

  /** The snapshots of this box, newest first. */
  listSnapshots(options?: CallOptions): Promise<Snapshot[]>;

  /** Deletes one snapshot of this box. Boxes made from it stay. */
  deleteSnapshot(snapshotId: string, options?: CallOptions): Promise<void>;

  /** What the box is doing now. */
  getStatus(options?: CallOptions): Promise<{ status: BoxStatus }>;

  /** Changes `cwd`, after a look whether there is such a directory in the box. */
  cd(path: string, options?: CallOptions): Promise<void>;

  /** Deletes the box, for ever. Its snapshots stay. */
  delete(options?: CallOptions): Promise<void>;
}

/** A box that deletes itself after a time. It is ready at once. */
export declare class EphemeralBox extends Box {
  static create(options?: CreateEphemeralBoxOptions): Promise<EphemeralBox>;
  static fromSnapshot(snapshotId: string, options?: CreateEphemeralBoxOptions): Promise<EphemeralBox>;
}

// Snapshots

/** A saved state of a box. */
export interface Snapshot {
  id: string;
  name: string;
  /** The box it was taken of, which may be gone. */
  boxId: string;
  /** Bytes that the box had written on top of its image. */
  sizeBytes: number;
  status: "creating" | "ready" | "error" | "deleted";
  /** When it was taken, as an ISO 8601 text. */
  createdAt: string;
}

// Commands

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

// Files

/** One entry of a directory. */
export interface FileEntry {
  name: string;
  /** Absolute path in the box. */
  path: string;
  /** Length in bytes. */
  size: number;
  isDir: boolean;
  /** When its content last changed, as an ISO 8601 text. */
  modTime: string;
}

/** Reads, writes and lists files. Relative paths begin at `box.cwd`. */
export interface Files {
  /** The content of a file as bytes. */
  read(path: string, options: CallOptions & { encoding: "bytes" }): Promise<Uint8Array>;
  /** The content of a file as text, or its bytes as base64 text. */
  read(path: string, options?: CallOptions & { encoding?: "base64" | undefined }): Promise<string>;

  /** Writes a file whole. Missing directories are made. */
  write(options: WriteFileOptions): Promise<void>;

  /** The entries of a directory, one level, by default of `box.cwd`. */
  list(path?: string, options?: CallOptions): Promise<FileEntry[]>;
}

/** Options of `files.write`. */
export interface WriteFileOptions extends CallOptions {
  path: string;
  /** Text, or bytes in any of their forms. */
  content: string | ArrayBuffer | ArrayBufferView | Blob;
  /** Says that a text is base64 of the bytes to write. */
  encoding?: "base64" | undefined;
}

// Git

/** Options of `git.clone`. */
export interface GitCloneOptions extends CallOptions {
  /** An address; without a scheme, `https://` is put before it. */
  repo: string;
  /** Branch or tag to check out. */
  branch?: string | undefined;
  /** How many commits of history to fetch. */
  depth?: number | undefined;
  /** A token for this clone only. */
  token?: string | undefined;
  /** Where it lands; by default a directory named after the repository, in `box.cwd`. */
  folder?: string | undefined;
}

/** Version control in a box. */
export interface Git {
  /** Clones a repository. */
  clone(options: GitCloneOptions): Promise<{ path?: string; output?: string }>;
}

// Agents

/** A file that goes with a prompt. */
export interface PromptFile {
  /** The content, as base64. */
  data: string;
  /** Its MIME type. */
  mediaType: string;
  filename?: string | undefined;
}

/** Options of `agent.run` and `agent.stream`. */
export interface AgentRunOptions extends CallOptions {
  /** What the agent is asked to do. */
  prompt: string;
  /** Where it works, relative to `box.cwd` or absolute; by default `box.cwd`. */
  folder?: string | undefined;
  /** Instead of the box's model. */
  model?: string | undefined;
  /** Continues an earlier conversation. */
  sessionId?: string | undefined;
  /** At most 10, each of at most 10 MB. */
  files?: PromptFile[] | undefined;
  /** Options of the harness, passed on as they are. */
  options?: Record<string, unknown> | undefined;
  /** A JSON Schema that the answer must match. */
  jsonSchema?: Record<string, unknown> | undefined;
}

/** What a run used. */
export interface RunCost {
  inputTokens: number;
  outputTokens: number;
  /** The part of `inputTokens` that came from the provider's cache. */
  cachedInputTokens: number;
  totalUsd: number;
}

/** What an agent did. */
export interface AgentRun {
  readonly id?: string;
  readonly status: RunStatus;
  /** Its answer; of a run that failed, what it had said until then. */
  readonly result: string;
  /** Why it failed. */
  readonly error?: string;
  readonly sessionId?: string;
  readonly cost?: RunCost;
}

/** An element of a streamed agent run. */
export type AgentChunk =
  | { type: "start"; runId: string }
  | { type: "text-delta"; text: string }
  | { type: "reasoning"; text: string }
  | { type: "tool-call"; toolCallId?: string; toolName: string; input: Record<string, unknown> }
  | { type: "tool-result"; toolCallId?: string; output: unknown }
  | { type: "stats"; cpuNs: number; memoryPeakBytes: number }
  | { type: "finish"; output: string; usage: RunCost; sessionId?: string }
  | { type: "unknown"; event: string; data: unknown };

/** An agent run whose steps are read as they come. */
export interface AgentStream extends AgentRun, AsyncIterable<AgentChunk> {
  /** Ends the run without reading on. */
  cancel(): Promise<void>;
}

/** Prompts to the agent of a box. */
export interface AgentRuns {
  /**
   * Asks the agent and waits until it is done.
   *
   * An agent that ends with an error gives a run with status `failed`. It rejects when no such end was
   * seen: the request was refused, the connection was lost, the stream was cut off, the call was ended.
   */
  run(options: AgentRunOptions): Promise<AgentRun>;

  /**
   * Asks the agent and gives what it says and does as it comes. Leaving the loop ends the run. When the
   * agent ends with an error, the loop throws one with code `run_failed`.
   */
  stream(options: AgentRunOptions): Streaming<AgentStream>;
}

// Errors

/**
 * Why a call failed.
 *
 * From the service: `invalid_argument` to `storage_full`. From this package: `network` to
 * `wasm_unavailable`.
 */
export type ErrorCode =
  | "invalid_argument"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "box_not_found"
  | "snapshot_not_found"
  | "path_not_found"
  | "method_not_allowed"
  | "conflict"
  | "too_large"
  | "rate_limited"
  | "internal"
  | "unsupported"
  | "unavailable"
  | "storage_full"
  | "network"
  | "timeout"
  | "aborted"
  | "invalid_response"
  | "stream_truncated"
  | "box_failed"
  | "snapshot_failed"
  | "run_failed"
  | "wasm_unavailable";

/** The error of every call. */
export declare class BoxError extends Error {
  readonly name: "BoxError";
  /** What kind of failure it is. */
  readonly code: ErrorCode;
  /** The HTTP status, when the service answered. */
  readonly status?: number;
  /** The service's name for the request, for its log. */
  readonly requestId?: string;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
  /** Id of a box or snapshot that the failed call had made and that is still there. */
  readonly leftBehind?: string;
}

// Loading

/**
 * Loads the WebAssembly before the first call does, or from a place of your own: a module, its bytes,
 * or a response or an address that gives them. No program needs it.
 */
export declare function init(
  source?: WebAssembly.Module | BufferSource | Response | URL | string | Promise<WebAssembly.Module | BufferSource | Response>,
): Promise<void>;

// Names for values. Any other string is passed on as well.

/** The program that answers prompts in a box. */
export declare const Agent: {
  readonly ClaudeCode: "claude-code";
  readonly Codex: "codex";
  readonly OpenCode: "opencode";
  readonly Cursor: "cursor";
  readonly Custom: "custom";
};
/** One of these. */
export type Agent = (typeof Agent)[keyof typeof Agent];

/** Whose key the agent's model is used with: one of Upstash, or one stored before. */
export declare const BoxApiKey: {
  readonly UpstashKey: "UPSTASH_KEY";
  readonly StoredKey: "STORED_KEY";
};
/** One of these. */
export type BoxApiKey = (typeof BoxApiKey)[keyof typeof BoxApiKey];

/** Models of Claude Code. */
export declare const ClaudeCode: {
  readonly Fable_5: "anthropic/claude-fable-5";
  readonly Opus_4_5: "anthropic/claude-opus-4-5";
  readonly Opus_4_6: "anthropic/claude-opus-4-6";
  readonly Opus_4_7: "anthropic/claude-opus-4-7";
  readonly Opus_4_8: "anthropic/claude-opus-4-8";
  readonly Sonnet_4: "anthropic/claude-sonnet-4";
  readonly Sonnet_4_5: "anthropic/claude-sonnet-4-5";
  readonly Sonnet_4_6: "anthropic/claude-sonnet-4-6";
  readonly Sonnet_5: "anthropic/claude-sonnet-5";
  readonly Haiku_4_5: "anthropic/claude-haiku-4-5";
};
/** One of these. */
export type ClaudeCode = (typeof ClaudeCode)[keyof typeof ClaudeCode];

/** Models of Cursor. */
export declare const CursorModel: {
  readonly Default: "cursor/default";
  readonly Composer_2_5: "cursor/composer-2.5";
  readonly GPT_5_5: "cursor/gpt-5.5";
  readonly GPT_5_4: "cursor/gpt-5.4";
  readonly GPT_5_4_Mini: "cursor/gpt-5.4-mini";
  readonly GPT_5_4_Nano: "cursor/gpt-5.4-nano";
  readonly GPT_5_3_Codex: "cursor/gpt-5.3-codex";
  readonly GPT_5_3_Codex_Spark: "cursor/gpt-5.3-codex-spark";
  readonly GPT_5_2: "cursor/gpt-5.2";
  readonly GPT_5_2_Codex: "cursor/gpt-5.2-codex";
  readonly GPT_5_1: "cursor/gpt-5.1";
  readonly GPT_5_1_Codex_Max: "cursor/gpt-5.1-codex-max";
  readonly GPT_5_1_Codex_Mini: "cursor/gpt-5.1-codex-mini";
  readonly GPT_5_Mini: "cursor/gpt-5-mini";
  readonly Claude_Fable_5: "cursor/claude-fable-5";
  readonly Claude_Opus_4_8: "cursor/claude-opus-4-8";
  readonly Claude_Opus_4_7: "cursor/claude-opus-4-7";
  readonly Claude_Opus_4_6: "cursor/claude-opus-4-6";
  readonly Claude_Opus_4_5: "cursor/claude-opus-4-5";
  readonly Claude_Sonnet_4_6: "cursor/claude-sonnet-4-6";
  readonly Claude_Sonnet_4_5: "cursor/claude-sonnet-4-5";
  readonly Claude_Sonnet_4: "cursor/claude-sonnet-4";
  readonly Claude_Sonnet_5: "cursor/claude-sonnet-5";
  readonly Claude_Haiku_4_5: "cursor/claude-haiku-4-5";
  readonly Gemini_3_1_Pro: "cursor/gemini-3.1-pro";
  readonly Gemini_3_Flash: "cursor/gemini-3-flash";
  readonly Gemini_2_5_Flash: "cursor/gemini-2.5-flash";
  readonly Grok_4_20: "cursor/grok-4-20";
  readonly Kimi_K2_5: "cursor/kimi-k2.5";
};
/** One of these. */
export type CursorModel = (typeof CursorModel)[keyof typeof CursorModel];

/** Models of Codex. */
export declare const OpenAICodex: {
  readonly GPT_5_6: "openai/gpt-5.6";
  readonly GPT_5_6_Sol: "openai/gpt-5.6-sol";
  readonly GPT_5_6_Terra: "openai/gpt-5.6-terra";
  readonly GPT_5_6_Luna: "openai/gpt-5.6-luna";
  readonly GPT_5_5: "openai/gpt-5.5";
  readonly GPT_5_4: "openai/gpt-5.4";
  readonly GPT_5_4_Mini: "openai/gpt-5.4-mini";
  readonly GPT_5_3_Codex: "openai/gpt-5.3-codex";
  readonly GPT_5_3_Codex_Spark: "openai/gpt-5.3-codex-spark";
  readonly GPT_5_2_Codex: "openai/gpt-5.2-codex";
  readonly GPT_5_1_Codex_Max: "openai/gpt-5.1-codex-max";
  readonly GPT_5_1_Codex_Mini: "openai/gpt-5.1-codex-mini";
};
/** One of these. */
export type OpenAICodex = (typeof OpenAICodex)[keyof typeof OpenAICodex];

/** Models of OpenCode. */
export declare const OpenCodeModel: {
  readonly Claude_Fable_5: "opencode/claude-fable-5";
  readonly Claude_Opus_4_5: "opencode/claude-opus-4-5";
  readonly Claude_Opus_4_6: "opencode/claude-opus-4-6";
  readonly Claude_Opus_4_7: "opencode/claude-opus-4-7";
  readonly Claude_Opus_4_8: "opencode/claude-opus-4-8";
  readonly Claude_Sonnet_4: "opencode/claude-sonnet-4";
  readonly Claude_Sonnet_4_5: "opencode/claude-sonnet-4-5";
  readonly Claude_Sonnet_4_6: "opencode/claude-sonnet-4-6";
  readonly Claude_Sonnet_5: "opencode/claude-sonnet-5";
  readonly Claude_Haiku_4_5: "opencode/claude-haiku-4-5";
  readonly GPT_5_5: "opencode/gpt-5.5";
  readonly GPT_5_4: "opencode/gpt-5.4";
  readonly GPT_5_4_Pro: "opencode/gpt-5.4-pro";
  readonly GPT_5_4_Mini: "opencode/gpt-5.4-mini";
  readonly GPT_5_4_Nano: "opencode/gpt-5.4-nano";
  readonly GPT_5_3_Codex: "opencode/gpt-5.3-codex";
  readonly GPT_5_3_Codex_Spark: "opencode/gpt-5.3-codex-spark";
  readonly GPT_5_2_Codex: "opencode/gpt-5.2-codex";
  readonly GPT_5_1_Codex_Max: "opencode/gpt-5.1-codex-max";
  readonly GPT_5_1_Codex_Mini: "opencode/gpt-5.1-codex-mini";
  readonly GPT_4_1: "opencode/gpt-4.1";
  readonly O3: "opencode/o3";
  readonly O4_Mini: "opencode/o4-mini";
  readonly Zen_GPT_5_Nano: "opencode/gpt-5-nano";
  readonly Zen_Big_Pickle: "opencode/big-pickle";
  readonly Zen_MiniMax_M2_7: "opencode/minimax-m2.7";
  readonly Zen_Claude_Fable_5: "opencode/claude-fable-5";
  readonly Zen_Claude_Sonnet_4_6: "opencode/claude-sonnet-4-6";
  readonly Zen_Claude_Sonnet_4_5: "opencode/claude-sonnet-4-5";
  readonly Zen_Claude_Sonnet_4: "opencode/claude-sonnet-4";
  readonly Zen_Claude_Sonnet_5: "opencode/claude-sonnet-5";
  readonly Zen_Claude_Haiku_4_5: "opencode/claude-haiku-4-5";
  readonly Zen_Claude_Opus_4_8: "opencode/claude-opus-4-8";
  readonly Zen_Claude_Opus_4_7: "opencode/claude-opus-4-7";
  readonly Zen_Claude_Opus_4_6: "opencode/claude-opus-4-6";
  readonly Zen_Claude_Opus_4_5: "opencode/claude-opus-4-5";
  readonly Zen_Claude_Opus_4_1: "opencode/claude-opus-4-1";
  readonly Zen_Gemini_3_1_Pro: "opencode/gemini-3.1-pro";
  readonly Zen_Gemini_3_Pro: "opencode/gemini-3-pro";
  readonly Zen_Gemini_3_Flash: "opencode/gemini-3-flash";
};
/** One of these. */
export type OpenCodeModel = (typeof OpenCodeModel)[keyof typeof OpenCodeModel];

/** Models through OpenRouter. */
export declare const OpenRouterModel: {
  readonly Claude_Fable_5: "openrouter/anthropic/claude-fable-5";
  readonly Claude_Sonnet_5: "openrouter/anthropic/claude-sonnet-5";
  readonly Claude_Sonnet_4: "openrouter/anthropic/claude-sonnet-4";
  readonly Claude_Opus_4_5: "openrouter/anthropic/claude-opus-4-5";
  readonly Claude_Haiku_4_5: "openrouter/anthropic/claude-haiku-4-5";
  readonly DeepSeek_R1: "openrouter/deepseek/deepseek-r1";
  readonly Gemini_2_5_Pro: "openrouter/google/gemini-2.5-pro";
  readonly Gemini_2_5_Flash: "openrouter/google/gemini-2.5-flash";
  readonly GPT_5_6_Sol: "openrouter/openai/gpt-5.6-sol";
  readonly GPT_5_6_Terra: "openrouter/openai/gpt-5.6-terra";
  readonly GPT_5_6_Luna: "openrouter/openai/gpt-5.6-luna";
  readonly GPT_4_1: "openrouter/openai/gpt-4.1";
  readonly O3: "openrouter/openai/o3";
  readonly O4_Mini: "openrouter/openai/o4-mini";
};
/** One of these. */
export type OpenRouterModel = (typeof OpenRouterModel)[keyof typeof OpenRouterModel];

/** Models through Vercel AI Gateway. */
export declare const VercelModel: {
  readonly Claude_Fable_5: "vercel/anthropic/claude-fable-5";
  readonly Claude_Sonnet_5: "vercel/anthropic/claude-sonnet-5";
  readonly Claude_Opus_4_7: "vercel/anthropic/claude-opus-4.7";
  readonly Claude_Sonnet_4_6: "vercel/anthropic/claude-sonnet-4.6";
  readonly Claude_Opus_4_6: "vercel/anthropic/claude-opus-4.6";
  readonly Claude_Haiku_4_5: "vercel/anthropic/claude-haiku-4.5";
  readonly GPT_5_6_Sol: "vercel/openai/gpt-5.6-sol";
  readonly GPT_5_6_Terra: "vercel/openai/gpt-5.6-terra";
  readonly GPT_5_6_Luna: "vercel/openai/gpt-5.6-luna";
  readonly GPT_5_5: "vercel/openai/gpt-5.5";
  readonly GPT_5_5_Pro: "vercel/openai/gpt-5.5-pro";
  readonly GPT_5_4: "vercel/openai/gpt-5.4";
  readonly GPT_5_4_Mini: "vercel/openai/gpt-5.4-mini";
  readonly Gemini_3_5_Flash: "vercel/google/gemini-3.5-flash";
  readonly Gemini_3_1_Flash_Lite: "vercel/google/gemini-3.1-flash-lite";
  readonly Gemini_3_1_Pro_Preview: "vercel/google/gemini-3.1-pro-preview";
  readonly Grok_Build_0_1: "vercel/xai/grok-build-0.1";
  readonly Grok_4_3: "vercel/xai/grok-4.3";
  readonly Grok_4_20_Reasoning: "vercel/xai/grok-4.20-reasoning";
};
/** One of these. */
export type VercelModel = (typeof VercelModel)[keyof typeof VercelModel];
