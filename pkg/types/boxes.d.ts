/** Boxes. */

/** What a box is doing. A box that can be used is `idle`, or `running` while something runs in it. */
export type BoxStatus = "creating" | "idle" | "running" | "paused" | "error" | "deleted";

/** How much of the machine a box may use: 2, 4 or 8 processors with 4, 8 or 16 GB. */
export type BoxSize = "small" | "medium" | "large";

/**
 * What the image of a box has. box-server has one image for all boxes unless it was started with another for this
 * runtime (`--runtime golang=IMAGE`): then `golang` is made, but has the programs of the one image.
 */
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
  /**
   * The program: one of `Agent`, or any other that the service knows. box-server looks for it when it is asked for
   * something: a name that it does not know fails `agent.run`, not the making of the box.
   */
  harness: Agent | (string & {});
  /** The model it uses, for example one of `ClaudeCode`. Managed harnesses need one. */
  model?: string | undefined;
  /** A key for the model: one of `BoxApiKey`, or the provider's own. By default the service decides. */
  apiKey?: string | undefined;
  /** What runs when the harness is `Agent.Custom`. */
  customHarness?: CustomHarness | undefined;
}

/** The agent of a box with the harness under one of its former names. */
export interface FormerAgentConfig extends Omit<AgentConfig, "harness"> {
  harness?: undefined;
  /** @deprecated It is `harness`. */
  provider?: Agent | (string & {}) | undefined;
  /** @deprecated It is `harness`. */
  runner?: Agent | (string & {}) | undefined;
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
  agent?: AgentConfig | FormerAgentConfig | undefined;
  git?: { token?: string | undefined; userName?: string | undefined; userEmail?: string | undefined } | undefined;
  /** Environment of everything that runs in the box. */
  env?: Record<string, string> | undefined;
  /** HTTP headers that the service adds to the box's own requests, by host. The box never sees them. */
  attachHeaders?: Record<string, Record<string, string>> | undefined;
  networkPolicy?: NetworkPolicy | undefined;
  /** Skills to install, as `owner/repo` or `owner/repo/skill`. */
  skills?: string[] | undefined;
  /** Gives the box a browser, which can't be added later. */
  browser?: boolean | undefined;
  mcpServers?: McpServer[] | undefined;
}

/** Options of `Box.create` and `Box.fromSnapshot`. */
export interface CreateBoxOptions extends BoxSettings, ConnectionOptions, CallOptions, IdempotencyOptions {}

/** Options of `Box.fork`. */
export interface ForkOptions extends BoxSettings, ConnectionOptions, CallOptions {
  /** How many boxes, 1 to 1000. With a `name` they are called `name-1`, `name-2` and so on. */
  count: number;
}

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

  /**
   * Makes many boxes from one snapshot and gives each as soon as it is ready. They share the snapshot's
   * disk until they write. One that fails does not stop the others: the first failure is thrown after
   * the last box. Leaving the loop stops the making; what was made by then stays, but where the service
   * does not fork by itself, boxes that were not given out are deleted.
   *
   * @example
   * ```ts
   * const attempts = [];
   * for await (const box of Box.fork(snapshot.id, { count: 10, name: "try" })) {
   *   attempts.push(box.exec.command("npm test").finally(() => box.delete()));
   * }
   * const runs = await Promise.all(attempts);
   * ```
   */
  static fork(snapshotId: string, options: ForkOptions): AsyncGenerator<Box, void, undefined>;

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

  /**
   * Makes a key that lives for minutes and may do less, so that a page never holds the account's own.
   *
   * ```ts
   * const { token } = await Box.createToken({ scopes: ["read", "exec"], boxId: box.id });
   * // In the page: await Box.get(id, { apiKey: token, baseUrl })
   * ```
   *
   * box-server has these; only the account's key may make them.
   */
  static createToken(options: CreateTokenOptions): Promise<CreatedToken>;
  /** The tokens that are valid now. */
  static listTokens(options?: StaticOptions): Promise<TokenInfo[]>;
  /** Makes a token invalid at once. */
  static deleteToken(id: string, options?: StaticOptions): Promise<void>;

  /** Sets a variable that every box made from now on starts with. */
  static setEnv(key: string, value: string, options?: StaticOptions): Promise<void>;
  /** Those variables. Their values come back masked. */
  static listEnv(options?: StaticOptions): Promise<Record<string, string>>;
  /** Takes a variable away from boxes that are made later. */
  static deleteEnv(key: string, options?: StaticOptions): Promise<void>;
  /** Sets them all: what is left out is gone. */
  static setAllEnv(vars: Record<string, string>, options?: StaticOptions): Promise<void>;

  /**
   * Snapshots of every box, newest first, those of deleted boxes included. Iterated, it gives all of
   * them, page by page; awaited, the first page. For the snapshots of one box there is
   * `box.listSnapshots`.
   *
   * @example
   * ```ts
   * for await (const { id, name } of Box.listSnapshots({ label: "nightly" })) console.log(id, name);
   * ```
   */
  static listSnapshots(options?: ListSnapshotsOptions): Promise<SnapshotPage> & AsyncIterable<Snapshot>;

  /** One snapshot of any box, by its id. */
  static getSnapshot(id: string, options?: GetSnapshotOptions): Promise<Snapshot>;

  /** Renames, labels, pins or unpins a snapshot, or changes when it expires. Gives it as it is then. */
  static updateSnapshot(id: string, changes: UpdateSnapshotOptions): Promise<Snapshot>;

  /** Every snapshot and live box that is connected with a snapshot, each after what it comes from. */
  static snapshotTree(id: string, options?: StaticOptions): Promise<SnapshotTreeNode[]>;

  /** Deletes snapshots of any box, except pinned ones. An empty array is an error, never "all". */
  static deleteSnapshots(ids: string | readonly string[], options?: DeleteSnapshotsOptions): Promise<DeletedSnapshots>;
  static deleteSnapshots(options: DeleteSnapshotsOptions & { snapshotIds: string | readonly string[] }): Promise<DeletedSnapshots>;
  /** Deletes every snapshot of the account, except pinned ones. */
  static deleteSnapshots(options: DeleteSnapshotsOptions & { all: true }): Promise<DeletedSnapshots>;
  /**
   * Deletes what a filter describes, except what is pinned or was built on by another box.
   *
   * @example
   * ```ts
   * await Box.deleteSnapshots({ filter: { label: "nightly", keepLast: 7 }, dryRun: true });
   * ```
   */
  static deleteSnapshots(options: DeleteSnapshotsOptions & { filter: SnapshotFilter }): Promise<DeletedSnapshots>;

  /**
   * What changed from one snapshot to another, whichever boxes they are of, in the order of paths.
   *
   * @example
   * ```ts
   * for await (const { kind, path } of Box.diffSnapshots(before.id, after.id)) console.log(kind, path);
   * ```
   */
  static diffSnapshots(
    before: string,
    after: string,
    options?: StaticOptions,
  ): AsyncGenerator<SnapshotChange, void, undefined>;

  /** The files of a snapshot, read without starting a box. */
  static snapshotFiles(id: string, options?: StaticOptions): SnapshotFiles;

  /** Reads all that a snapshot holds and compares it with what it held when it was first verified. */
  static verifySnapshot(id: string, options?: StaticOptions): Promise<SnapshotVerification>;

  /**
   * A snapshot as an archive that any service of this kind, and every tool for OCI images, can read.
   *
   * @example
   * ```ts
   * const archive = await Box.exportSnapshot(snapshot.id);
   * const copy = await Box.importSnapshot(archive, { baseUrl: elsewhere, apiKey });
   * ```
   */
  static exportSnapshot(id: string, options?: ExportSnapshotOptions): Promise<ReadableStream<Uint8Array>>;

  /** Takes in a snapshot that was exported. It is checked whole before it is there. */
  static importSnapshot(
    archive: ReadableStream<Uint8Array> | Blob | ArrayBuffer | ArrayBufferView,
    options?: ImportSnapshotOptions,
  ): Promise<Snapshot>;

  /** Puts a snapshot into a registry for OCI images. */
  static pushSnapshot(id: string, options: PushSnapshotOptions): Promise<PushedSnapshot>;

  /** Takes in a snapshot from a registry for OCI images. */
  static pullSnapshot(options: PullSnapshotOptions): Promise<Snapshot>;

  readonly id: string;
  readonly name?: string;
  /** As it was when this handle last asked; `getStatus` asks. */
  readonly status: BoxStatus;
  readonly size?: BoxSize;
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
  /** As it was made, or changed by this handle; none means that the box may connect to anything. */
  readonly networkPolicy?: NetworkPolicy;
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
  /** Things that run at set times. */
  readonly schedule: Schedules;
  /** Words by which `Box.list` finds the box. */
  readonly labels: Labels;
  /** What its agent has learnt. */
  readonly skills: Skills;
  /** Its browser, when it was made with one. */
  readonly browser: Browser;
  /** Prompts to the box's agent. */
  readonly agent: AgentRuns;

  /**
   * Saves the disk and the agent's settings as they are now, and waits until they can be restored.
   * Running commands go on. The snapshot outlives the box.
   */
  snapshot(options?: SnapshotOptions): Promise<Snapshot>;

  /** The snapshots of this box, newest first. */
  listSnapshots(options?: CallOptions): Promise<Snapshot[]>;

  /** Deletes one snapshot of this box. Boxes made from it stay. */
  deleteSnapshot(snapshotId: string, options?: CallOptions): Promise<void>;

  /** What the box is doing now. */
  getStatus(options?: CallOptions): Promise<{ status: BoxStatus }>;

  /**
   * Puts the box back to a snapshot, of whichever box: the same id, with the snapshot's disk. What runs
   * in the box ends, and what was written since its last snapshot is gone.
   */
  rollback(snapshotId: string, options?: CallOptions): Promise<void>;

  /** What changed from a snapshot to this box as it is now, in the order of paths. */
  diff(snapshotId: string, options?: CallOptions): AsyncGenerator<SnapshotChange, void, undefined>;

  /** Stops the box and keeps its disk; what runs in it ends. The next call that needs it wakes it. */
  pause(options?: CallOptions): Promise<void>;
  /** Wakes a paused box. */
  resume(options?: CallOptions): Promise<void>;

  /** The command that runs in the background each time the box starts; `""` for none. */
  getInitCommand(options?: CallOptions): Promise<string>;
  /** Sets it, for the next start. At most 64 KB. */
  setInitCommand(command: string, options?: CallOptions): Promise<void>;
  /** Takes it away. What it has started goes on. */
  deleteInitCommand(options?: CallOptions): Promise<void>;

  /** Changes the model of the box's agent. */
  configureModel(model: string, options?: CallOptions): Promise<void>;
  /** Changes the program of a box whose agent is `Agent.Custom`. */
  configureCustomHarness(customHarness: CustomHarness, options?: CallOptions): Promise<void>;
  /** Changes where the box may connect to, at once. */
  updateNetworkPolicy(policy: NetworkPolicy, options?: CallOptions): Promise<void>;

  /** Replaces all headers that are added to the box's own requests, by host, from its next request on. */
  updateAttachHeaders(attachHeaders: Record<string, Record<string, string>>, options?: CallOptions): Promise<void>;

  /** What ran in the box. */
  listRuns(options?: CallOptions): Promise<RunRecord[]>;
  /** One run, by its id. */
  getRun(runId: string, options?: CallOptions): Promise<RunRecord>;
  /** Ends a run that goes on. */
  cancelRun(runId: string, options?: CallOptions): Promise<void>;
  /** What the box, its agent and its commands logged. */
  logs(options?: LogsOptions): Promise<LogEntry[]>;

  /**
   * Makes a port of the box reachable under an address of its own. What listens there must listen on all
   * addresses, not only on 127.0.0.1. Secrets are told here and never again; a second call for the same
   * port makes new ones.
   *
   * A box-server on this machine gives names under `localhost`, which browsers and curl know and Node does not:
   * there, connect to the server's own address by `node:http` and give this name as the header `host`.
   *
   * @example
   * ```ts
   * const { url, token } = await box.getPublicURL(3000, { bearerToken: true });
   * ```
   */
  getPublicURL(
    port: number,
    options?: CallOptions & {
      /** Asks visitors for `Authorization: Bearer`. */
      bearerToken?: boolean | undefined;
      /** Asks visitors for a name and a password. With both, either will do. */
      basicAuth?: boolean | undefined;
    },
  ): Promise<PublicURL>;
  /** The ports that are open, without their secrets. */
  listPublicURLs(options?: CallOptions): Promise<PublicURLInfo[]>;
  /** Closes a port. Its address leads nowhere from then on. */
  deletePublicURL(port: number, options?: CallOptions): Promise<void>;

  /** Changes `cwd`, after a look whether there is such a directory in the box. */
  cd(path: string, options?: CallOptions): Promise<void>;

  /** Deletes the box, for ever. Its snapshots stay. */
  delete(options?: CallOptions): Promise<void>;
}

/** A port that is reachable from outside. */
export interface PublicURL {
  url: string;
  port: number;
  /** With `bearerToken`. */
  token?: string;
  /** With `basicAuth`. */
  username?: string;
  password?: string;
}

/** The same as it is listed, without secrets. */
export interface PublicURLInfo {
  /** The box's id and the port. */
  id: string;
  url: string;
  port: number;
  /** As an ISO 8601 text. */
  createdAt: string;
  bearerToken: boolean;
  basicAuth: boolean;
}

/** Labels of a box: at most 5, each of at most 20 letters, digits, `.`, `_`, `-` and `:`. */
export interface Labels {
  /** Gives all labels as they are then. */
  add(label: string, options?: CallOptions): Promise<string[]>;
  /** Takes a label away and gives those that are left. */
  remove(label: string, options?: CallOptions): Promise<string[]>;
  /** All labels of the box. */
  list(options?: CallOptions): Promise<string[]>;
}

/** Skills of a box's agent, as `owner/repo/skill`. */
export interface Skills {
  /** Installs a skill, as `owner/repo` or `owner/repo/skill`. */
  add(skill: string, options?: CallOptions): Promise<void>;
  /** Takes a skill away. */
  remove(skill: string, options?: CallOptions): Promise<void>;
  /** All skills of the box. */
  list(options?: CallOptions): Promise<string[]>;
}

/** A box that deletes itself after a time. It is ready at once. */
export declare class EphemeralBox extends Box {
  static create(options?: CreateEphemeralBoxOptions): Promise<EphemeralBox>;
  static fromSnapshot(snapshotId: string, options?: CreateEphemeralBoxOptions): Promise<EphemeralBox>;
  static fork(
    snapshotId: string,
    options: ForkOptions & { ttl?: number | undefined },
  ): AsyncGenerator<EphemeralBox, void, undefined>;
}
