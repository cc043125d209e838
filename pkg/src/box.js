/** `Box`: the handle on one box, and the calls that make, find and remove boxes. */

import { AgentRuns } from "./agent.js";
import { split } from "./connection.js";
import { failure } from "./error.js";
import { Exec } from "./exec.js";
import { Files } from "./files.js";
import { fork } from "./fork.js";
import { missing } from "./features.js";
import { Git } from "./git.js";
import { changes, diffSnapshots, snapshotFiles, verifySnapshot } from "./snapshot-contents.js";
import { deleteSnapshots, getSnapshot, listSnapshots, snapshotTree, updateSnapshot } from "./snapshots.js";

/** The members of a box that its handle shows. */
const SHOWN = [
  "id", "name", "status", "size", "labels", "runtime", "keepAlive", "ephemeral", "model", "snapshotId",
  "createdAt", "updatedAt", "lastActivityAt", "expiresAt",
];

export class Box {
  cwd = "/workspace/home";
  #connection;

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

  static list(options) {
    return run("Box.list", options);
  }

  static delete(ids, options) {
    if (ids?.boxIds) [ids, options] = [ids.boxIds, { ...ids, boxIds: undefined }];
    return typeof ids == "string" ? run("box.delete", options, { id: ids }) : run("Box.delete", options, { ids });
  }

  static listSnapshots = listSnapshots;
  static getSnapshot = getSnapshot;
  static updateSnapshot = updateSnapshot;
  static snapshotTree = snapshotTree;
  static deleteSnapshots = deleteSnapshots;
  static diffSnapshots = diffSnapshots;
  static snapshotFiles = snapshotFiles;
  static verifySnapshot = verifySnapshot;

  static fork(snapshotId, options) {
    return fork(this, snapshotId, options);
  }

  /** Handles come from the static methods. */
  constructor(connection, info) {
    this.#connection = connection;
    this.#show(info);
    this.modelConfig = { harness: info.agent, model: info.model };
    const send = {
      call: (name, args, { folder, ...options } = {}) =>
        connection.call(name, { id: this.id, cwd: this.cwd, folder, ...args }, options),
      open: (name, args, { folder, ...options } = {}) =>
        connection.open(name, { id: this.id, cwd: this.cwd, folder, ...args }, options),
    };
    const part = (name, value) => Object.defineProperty(this, name, { value });
    part("agent", new AgentRuns(send));
    part("exec", new Exec(send));
    part("files", new Files(send));
    part("git", new Git(send));
  }

  snapshot(options) {
    return this.#run("box.snapshot", options);
  }

  listSnapshots(options) {
    return this.#run("box.listSnapshots", options);
  }

  deleteSnapshot(snapshotId, options) {
    return this.#run("box.deleteSnapshot", options, { snapshotId });
  }

  /** The same box goes on with the snapshot's disk. */
  async rollback(snapshotId, options) {
    const name = "box.rollback";
    this.#show(await this.#run(name, options, { snapshotId }).catch(missing("rollback", name)));
  }

  /** What changed since a snapshot. */
  diff(id, options) {
    return changes(this.#connection, { id, box: this.id }, options);
  }

  delete(options) {
    return this.#run("box.delete", options);
  }

  async getStatus(options) {
    const answer = await this.#run("box.getStatus", options);
    this.status = answer.status;
    return answer;
  }

  /** Changes where this handle's commands and relative paths begin. */
  async cd(path, options) {
    const command = ["sh", "-c", 'cd -- "$1" && pwd', "cd", path];
    const run = await this.exec.command(command, options);
    if (run.exitCode != 0) {
      throw failure("path_not_found", `cd: ${path}: no such directory in the box.`);
    }
    this.cwd = run.stdout.replace(/\n$/, "");
  }

  #show(info) {
    for (const name of SHOWN) if (info[name] != null) this[name] = info[name];
  }

  #run(name, options, more) {
    const { call, args } = split(options);
    return this.#connection.call(name, { id: this.id, ...args, ...more }, call);
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
  const { connection, call, args } = split(options);
  const own = connection();
  return new kind(own, await own.call(name, { ...args, ...more }, call));
}

/** A static call that gives plain data. */
function run(name, options, more) {
  const { connection, call, args } = split(options);
  return connection().call(name, { ...args, ...more }, call);
}
