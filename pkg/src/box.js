/** `Box`: the handle on one box, and the calls that make, find and remove boxes. */

import { AgentRuns } from "./agent.js";
import { connect } from "./connection.js";
import { failure } from "./error.js";
import { Exec } from "./exec.js";
import { Files } from "./files.js";
import { fork } from "./fork.js";
import { missing } from "./features.js";
import { Git } from "./git.js";
import { define } from "./methods.js";
import { changes, diffSnapshots, snapshotFiles, verifySnapshot } from "./snapshot-contents.js";
import { deleteSnapshots, getSnapshot, listSnapshots, updateSnapshot } from "./snapshots.js";

/** The members of a box that its handle shows. */
const SHOWN = [
  "id", "name", "status", "size", "labels", "runtime", "keepAlive", "ephemeral", "model", "snapshotId",
  "createdAt", "updatedAt", "lastActivityAt", "expiresAt",
];

export class Box {
  cwd = "/workspace/home";
  #connection;
  #send;

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

  static listSnapshots = listSnapshots;
  static getSnapshot = getSnapshot;
  static updateSnapshot = updateSnapshot;
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
    const send = (this.#send = {
      call: (name, args, options) => connection.call(name, { id: this.id, cwd: this.cwd, ...args }, options),
      open: (name, args, options) => connection.open(name, { id: this.id, cwd: this.cwd, ...args }, options),
    });
    const part = (name, value) => Object.defineProperty(this, name, { value });
    part("agent", new AgentRuns(send));
    part("exec", new Exec(send));
    part("files", new Files(send));
    part("git", new Git(send));
  }

  static {
    define(this, "Box.", (_, options) => connect(options));
    define(this.prototype, "box.", (box) => box.#send);
  }

  /** The same box goes on with the snapshot's disk. */
  async rollback(snapshotId, options) {
    const name = "box.rollback";
    this.#show(await this.#send.call(name, { snapshotId }, options).catch(missing("rollback", name)));
  }

  /** What changed since a snapshot. */
  diff(id, options) {
    return changes(this.#connection, { id, box: this.id }, options);
  }

  async getStatus(options) {
    const answer = await this.#send.call("box.getStatus", {}, options);
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
