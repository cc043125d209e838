/** Agents. */

/** A file that goes with a prompt: a Blob or File, a path on this machine's disk, or data. */
export type PromptFile =
  | Blob
  | string
  | {
      /** The content: bytes, or those as base64 text. */
      data: string | ArrayBuffer | ArrayBufferView | Blob;
      /** Its MIME type. */
      mediaType: string;
      filename?: string | undefined;
    };

/** What follows Standard Schema: Zod 3.24 and later, Zod 4, Valibot, ArkType and others. */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    /** Gives `value`, as the schema has it, or `issues`. */
    readonly validate: (value: unknown) => unknown;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

/** Zod 3 before it followed Standard Schema. */
export interface ZodSchema<Output = unknown> {
  readonly _output: Output;
  readonly _def: object;
  /** Gives the value as the schema has it, or throws. */
  parse(value: unknown): Output;
}

/** A schema: a JSON Schema as a plain object, or one of a library. */
export type ResponseSchema = StandardSchema | ZodSchema | { readonly [keyword: string]: unknown };

/** What a schema describes. A plain JSON Schema says nothing to TypeScript. */
export type ResponseOf<Schema> =
  Schema extends StandardSchema<infer Output> ? Output : Schema extends ZodSchema<infer Output> ? Output : unknown;

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
  /** Called when the agent uses a tool. */
  onToolUse?: ((tool: { toolCallId?: string; name: string; input: Record<string, unknown> }) => void) | undefined;
  /** Called when a tool is done. */
  onToolResult?: ((result: { toolCallId?: string; output: unknown }) => void) | undefined;
}

/** Options of an `agent.run` that is waited for. */
export interface AgentWaitOptions extends AgentRunOptions {
  /**
   * How often to try again, after 1, 2, 4 … 30 seconds, when the connection is lost or the service is in
   * trouble; 0 by default. What was refused, has run out of time or ended with an error is never repeated.
   * A run that had begun is cancelled first.
   */
  maxRetries?: number | undefined;
}

/** Where the end of a run is told. */
export interface Webhook {
  url: string;
  headers?: Record<string, string> | undefined;
}

/** What a webhook gets, as JSON. The names are the service's own. */
export interface WebhookPayload {
  box_id: string;
  status: "completed" | "failed";
  run_id?: string;
  output?: string;
  metadata?: Record<string, unknown>;
  /** Why it failed. */
  error?: string;
}

/** A run that goes on by itself. `box.getRun` and `box.cancelRun` take its id. */
export interface StartedRun {
  readonly id: string;
  readonly status: "running";
  readonly result: "";
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
export interface AgentRun<Result = string> {
  readonly id?: string;
  readonly status: RunStatus;
  /** Its answer; of a run that failed, the text that it had said until then. */
  readonly result: Result;
  /** Why it failed. */
  readonly error?: string;
  readonly sessionId?: string;
  readonly cost?: RunCost;
  /** Ends the run, if it goes on. */
  cancel(options?: CallOptions): Promise<void>;
  /** What the box logged while the run went on, by the service's clock. */
  logs(options?: LogsOptions): Promise<LogEntry[]>;
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
export interface AgentStream extends AgentRun, AsyncIterable<AgentChunk> {}

/** Prompts to the agent of a box. */
export interface AgentRuns {
  /**
   * Asks the agent and waits until it is done, in Node however long that takes; elsewhere see `timeoutMs`.
   *
   * An agent that ends with an error gives a run with status `failed`. It rejects when no such end was
   * seen: the request was refused, the connection was lost, the stream was cut off, the call was ended.
   *
   * With a `responseSchema` the result is data, checked against it; an answer that does not fit rejects
   * with code `invalid_response`. With a `webhook` it does not wait.
   *
   * @example
   * ```ts
   * const { result } = await box.agent.run({
   *   prompt: "Which licences do our dependencies have?",
   *   responseSchema: z.object({ licences: z.array(z.string()) }),
   * });
   * ```
   */
  run(options: AgentRunOptions & { webhook: Webhook }): Promise<StartedRun>;
  /** The same with data for an answer, checked against the schema. */
  run<Schema extends ResponseSchema>(options: AgentWaitOptions & { responseSchema: Schema }): Promise<AgentRun<ResponseOf<Schema>>>;
  /** The same with text for an answer. */
  run(options: AgentWaitOptions): Promise<AgentRun>;

  /**
   * Asks the agent and gives what it says and does as it comes. Leaving the loop ends the run at a
   * box-server; at the hosted service an agent goes on until `cancel()`. When the agent ends with an error,
   * the loop throws one with code `run_failed`.
   */
  stream(options: AgentRunOptions): Streaming<AgentStream>;
}
