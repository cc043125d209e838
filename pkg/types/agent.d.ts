/** Agents. */

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
