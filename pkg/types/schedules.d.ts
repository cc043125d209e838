/** Schedules. */

/** When something runs, and who is told. */
export interface ScheduleOptions extends CallOptions {
  /** Five fields, in UTC, like `0 9 * * 1-5`; or `@hourly`, `@daily`, `@weekly`, `@monthly`, `@yearly`. */
  cron: string;
  /** Where it runs, relative to `box.cwd` or absolute; by default `box.cwd`. */
  folder?: string | undefined;
  /** Told of each run by a POST. */
  webhookUrl?: string | undefined;
  webhookHeaders?: Record<string, string> | undefined;
}

/** Options of `schedule.exec`. */
export interface ExecScheduleOptions extends ScheduleOptions {
  /** A line for the shell, or a program and its arguments. */
  command: string | readonly string[];
}

/** Options of `schedule.agent`. */
export interface AgentScheduleOptions extends ScheduleOptions {
  prompt: string;
  /** Instead of the box's model. */
  model?: string | undefined;
  /** Options of the harness, passed on as they are. */
  options?: Record<string, unknown> | undefined;
  /** Milliseconds after which a run is ended. */
  timeout?: number | undefined;
}

/** What `schedule.update` changes. What is left out stays; `""`, `{}` and, for `options`, `null` clear. */
export interface UpdateScheduleOptions
  extends CallOptions,
    Partial<Omit<ExecScheduleOptions & AgentScheduleOptions, keyof CallOptions | "options">> {
  options?: Record<string, unknown> | null | undefined;
}

/** Something that runs at set times. Times are ISO 8601 texts. */
export interface Schedule {
  id: string;
  boxId: string;
  type: "exec" | "prompt";
  cron: string;
  command?: string[];
  prompt?: string;
  folder?: string;
  model?: string;
  agentOptions?: Record<string, unknown>;
  /** In milliseconds. */
  timeout?: number;
  status: "active" | "paused" | "deleted";
  webhookUrl?: string;
  webhookHeaders?: Record<string, string>;
  /** When it is due next, where the service tells it: `box-server` does; absent while it is paused. */
  nextRunAt?: string;
  lastRunAt?: string;
  /** `skipped`: the run before it was still going on. */
  lastRunStatus?: "completed" | "failed" | "skipped";
  lastRunId?: string;
  totalRuns: number;
  totalFailures: number;
  createdAt: string;
  updatedAt: string;
}

/** Runs things in a box at set times, and wakes it for that. */
export interface Schedules {
  /**
   * Runs a command at set times.
   *
   * @example
   * ```ts
   * await box.schedule.exec({ cron: "0 3 * * *", command: "npm run nightly" });
   * ```
   */
  exec(options: ExecScheduleOptions): Promise<Schedule>;
  /** Prompts the agent at set times. */
  agent(options: AgentScheduleOptions): Promise<Schedule>;
  /** All schedules of the box. */
  list(options?: CallOptions): Promise<Schedule[]>;
  /** One schedule. */
  get(id: string, options?: CallOptions): Promise<Schedule>;
  /** Changes what is given and gives the schedule as it is then. */
  update(id: string, changes: UpdateScheduleOptions): Promise<Schedule>;
  /** Lets it skip its times until it is resumed. */
  pause(id: string, options?: CallOptions): Promise<void>;
  /** Lets it run at its times again. */
  resume(id: string, options?: CallOptions): Promise<void>;
  /** Ends it for good. */
  delete(id: string, options?: CallOptions): Promise<void>;
}
