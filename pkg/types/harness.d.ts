/** Custom harnesses: programs of your own that answer prompts inside a box. */

/** What a box asks of a harness. */
export interface CustomHarnessContext {
  prompt: string;
  /** The model that the box is configured with. */
  model: string;
  /** The conversation to continue. */
  sessionId?: string;
  stream: boolean;
  /** All arguments that the process was given. */
  args: string[];
}

/** What a harness used, and the conversation it can continue. */
export interface CustomHarnessUsage {
  inputTokens?: number | undefined;
  outputTokens?: number | undefined;
  cachedInputTokens?: number | undefined;
  totalCostUsd?: number | undefined;
  sessionId?: string | undefined;
}

/** The end of a run. */
export interface CustomHarnessDone extends CustomHarnessUsage {
  output: string;
}

/** Tells what the harness says and does. */
export interface CustomHarnessEmitter {
  /** A piece of the answer. */
  text(text: string): void;
  /** A piece of what the agent thinks. */
  reasoning(text: string): void;
  /** The agent uses a tool. */
  tool(tool: { toolCallId?: string | undefined; name: string; input?: Record<string, unknown> | undefined }): void;
  /** What a tool gave. */
  toolResult(result: { toolCallId?: string | undefined; output: unknown }): void;
  /** The end of a run that went well. */
  done(result: CustomHarnessDone): void;
  /** The end of a run that failed. */
  error(error: unknown, usage?: CustomHarnessUsage): void;
  /** An event of your own. */
  emit(event: string, data: unknown): void;
}

/**
 * Makes a program the harness of a box whose agent is `Agent.Custom`. What the handler returns ends the
 * run; what it throws ends it with an error, and rejects.
 *
 * @example
 * ```ts
 * import { runCustomHarness } from "upstash-box-wasm";
 *
 * await runCustomHarness(async ({ prompt }, say) => {
 *   say.text("working on it");
 *   return { output: prompt.toUpperCase() };
 * });
 * ```
 */
export declare function runCustomHarness(
  handler: (
    context: CustomHarnessContext,
    say: CustomHarnessEmitter,
  ) => Promise<CustomHarnessDone | string | void> | CustomHarnessDone | string | void,
  options?: {
    /** By default those of the process. */
    argv?: string[] | undefined;
    /** By default to standard output. */
    write?: ((text: string) => void) | undefined;
  },
): Promise<void>;
