/** `Box`: the handle on one box, and the calls that make, find and remove boxes. */

import { AgentRuns } from "./agent.js";
import { Browser } from "./browser.js";
import { connect } from "./connection.js";
import { failure } from "./error.js";
import { Exec } from "./exec.js";
import { demand, missing } from "./features.js";
import { Files } from "./files.js";
import { fork } from "./fork.js";
import { Git } from "./git.js";
import { define } from "./methods.js";
import { Part, callOn, connectionOf, senderOf } from "./part.js";
import { Schedules } from "./schedule.js";
import { Labels, Skills } from "./settings.js";
import { exportSnapshot, importSnapshot, pullSnapshot, pushSnapshot } from "./snapshot-archive.js";
import { changes, diffSnapshots, snapshotFiles, verifySnapshot } from "./snapshot-contents.js";
import { deleteSnapshots, getSnapshot, listSnapshots, updateSnapshot } from "./snapshots.js";

/** The members of a box that its handle shows. */
const SHOWN = [
  "id", "name", "status", "size", "runtime", "keepAlive", "ephemeral", "model", "snapshotId", "networkPolicy",
  "createdAt", "updatedAt", "lastActivityAt", "expiresAt",
];

/** What a handle has beside its own methods, each made when it is first used. */
const PARTS = {
  agent: AgentRuns, browser: Browser, exec: Exec, files: Files, git: Git, labels: Labels, schedule: Schedules, skills: Skills,
};

export class Box extends Part {
  cwd = "/workspace/home";
  #parts = {};

  static {
    for (const [name, kind] of Object.entries(PARTS)) {
      const get = function () {
        return (this.#parts[name] ??= new kind(connectionOf(this), this));
      };
      Object.defineProperty(this.prototype, name, { get, configurable: true });
    }
    define(this, "Box.", (_, options) => connect(options));
    define(this.prototype, "box.", senderOf);
  }

  static create(options) {
    return make(this, "Box.create", options);
  }

  static fromSnapshot(snapshotId, options) {
    return make(this, "Box.fromSnapshot", options, { snapshotId });
  }

  static get(id, options) {
    return make(this, "Box.get", options, { id });
  }

  static getByName(name, options) {
    return make(this, "Box.get", options, { id: name });
  }

  static delete(ids, options) {
    if (ids?.boxIds) [ids, options] = [ids.boxIds, { ...ids, boxIds: undefined }];
    return typeof ids == "string"
      ? connect(options).call("box.delete", { id: ids }, options)
      : connect(options).call("Box.delete", { ids }, options);
  }

  static async listEnv(options) {
    return (await connect(options).call("Box.listEnv", {}, options)).envVars ?? {};
  }

  static listSnapshots = listSnapshots;
  static getSnapshot = getSnapshot;
  static updateSnapshot = updateSnapshot;
  static deleteSnapshots = deleteSnapshots;
  static diffSnapshots = diffSnapshots;
  static snapshotFiles = snapshotFiles;
  static verifySnapshot = verifySnapshot;
  static exportSnapshot = exportSnapshot;
  static importSnapshot = importSnapshot;
  static pushSnapshot = pushSnapshot;
  static pullSnapshot = pullSnapshot;

  static fork(snapshotId, options) {
    return fork(this, snapshotId, options);
  }

  /** Handles come from the static methods. */
  constructor(connection, info) {
    super(connection);
    this.#show(info);
  }

  async snapshot(options) {
    const name = "box.snapshot";
    const { labels, expiresIn, pinned } = options ?? {};
    const isKept = labels != null || expiresIn != null || pinned;
    if (isKept) await demand(connectionOf(this), "snapshot_labels", name, options);
    return callOn(this, name, options);
  }

  /** The same box goes on with the snapshot's disk. */
  async rollback(snapshotId, options) {
    const name = "box.rollback";
    this.#show(await callOn(this, name, options, { snapshotId }).catch(missing("rollback", name)));
  }

  /** What changed since a snapshot. */
  diff(id, options) {
    return changes(connectionOf(this), { id, box: this.id }, options);
  }

  async getStatus(options) {
    const answer = await callOn(this, "box.getStatus", options);
    this.status = answer.status;
    return answer;
  }

  async getInitCommand(options) {
    return (await callOn(this, "box.getInitCommand", options)).initCommand ?? "";
  }

  async configureModel(model, options) {
    await callOn(this, "box.configureModel", options, { model });
    this.#show({ agent: this.modelConfig.harness, model });
  }

  async updateNetworkPolicy(networkPolicy, options) {
    await callOn(this, "box.updateNetworkPolicy", options, networkPolicy);
    this.#show({ networkPolicy });
  }

  /** Changes where this handle's commands and relative paths begin. */
  async cd(path, options) {
    const command = ["sh", "-c", 'cd -- "$1" && pwd', "cd", path];
    const run = await this.exec.command(command, options);
    if (run.exitCode != 0) {
      throw failure("path_not_found", `cd: ${path}: no such directory in the box.`);
    }
    const cwd = run.stdout.replace(/\n$/, "");
    // Some services run nothing outside the workspace. Better now than at every command from here on.
    if (!cwd.startsWith("/workspace/home")) await this.exec.command("true", { ...options, folder: cwd });
    this.cwd = cwd;
  }

  #show(info) {
    for (const name of SHOWN) if (info[name] != null) this[name] = info[name];
    if (info.agent || info.model || !this.modelConfig) this.modelConfig = { harness: info.agent, model: info.model };
  }
}

/** A box that deletes itself after `ttl` seconds. */
export class EphemeralBox extends Box {
  static create(options) {
    return make(this, "Box.create", options, { ephemeral: true });
  }

  static fromSnapshot(snapshotId, options) {
    return make(this, "Box.fromSnapshot", options, { snapshotId, ephemeral: true });
  }

  static fork(snapshotId, options) {
    return fork(this, snapshotId, options, { ephemeral: true });
  }
}

/** A static call that gives a handle. */
async function make(kind, name, options, more) {
  const connection = connect(options);
  return new kind(connection, await connection.call(name, more, options));
}
