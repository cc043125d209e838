/** What ran in a box. */

/** Something that ran, as the service remembers it. Times are ISO 8601 texts. */
export interface RunRecord {
  id: string;
  boxId: string;
  type: "agent" | "shell";
  /** `skipped`: a scheduled run whose predecessor was still going on. */
  status: "running" | "completed" | "failed" | "cancelled" | "skipped";
  /** Of a command, its words with spaces between them. */
  prompt?: string;
  model?: string;
  output?: string;
  /** Of a command that has ended, where the service tells it: `box-server` does. */
  exitCode?: number;
  inputTokens: number;
  outputTokens: number;
  cachedInputTokens?: number;
  costUsd: number;
  durationMs: number;
  cpuNs?: number;
  computeCostUsd?: number;
  memoryPeakBytes?: number;
  errorMessage?: string;
  sessionId?: string;
  scheduleId?: string;
  /** The account's. */
  customerId?: string;
  createdAt: string;
  completedAt?: string;
}

/** A line of a box's log. */
export interface LogEntry {
  /** As an ISO 8601 text. */
  timestamp: string;
  level: "info" | "warn" | "error";
  source: "system" | "agent" | "user";
  message: string;
}

/** Options of `logs`. */
export interface LogsOptions extends CallOptions {
  /** How many to leave out from the start. */
  offset?: number | undefined;
  /** At most so many, up to 1000; by default 100. */
  limit?: number | undefined;
}
