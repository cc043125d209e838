/** What snapshots hold: compared, read and verified without starting a box. */

import { fromBase64 } from "./base64.js";
import { connect } from "./connection.js";
import { missing } from "./features.js";
import { failed, lines } from "./streams.js";

export const diffSnapshots = (from, id, options) => changes(connect(options), { from, id }, options);

/** The changes of one comparison, as they come. */
export async function* changes(connection, args, call) {
  const name = "Box.diffSnapshots";
  const opened = connection.open(name, args, call).catch(missing("snapshot_diff", name));
  for await (const { error, ...change } of lines(await opened)) {
    if (error) throw failed(error);
    yield change;
  }
}

export const verifySnapshot = (id, options) => ask("snapshot_verify", "Box.verifySnapshot", options, { id });

export const snapshotFiles = (id, shared) => ({
  list: (path, options) => ask("snapshot_files", "Box.snapshotFiles.list", { ...shared, ...options }, { id, path }),

  async read(path, { encoding, ...options } = {}) {
    const bytes = encoding == "bytes";
    const args = { id, path, encoding: bytes ? "base64" : encoding };
    const content = await ask("snapshot_files", "Box.snapshotFiles.read", { ...shared, ...options }, args);
    return bytes ? fromBase64(content) : content;
  },
});

const ask = (feature, name, options, more) => connect(options).call(name, more, options).catch(missing(feature, name));
