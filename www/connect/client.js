/** The calls that start from the `Box` class, bound to one server and one key. What a box can do is on the box. */

import { Box } from "../package.js";

/** How many snapshots one request fetches; the most a server gives. */
const PAGE = 1000;

/** A client of the server at `baseUrl`. */
export function openClient({ baseUrl, apiKey }) {
  const connection = { baseUrl, apiKey };
  return {
    baseUrl,
    listBoxes: () => Box.list(connection),
    getBox: (id) => Box.get(id, connection),
    createBox: (settings) => Box.create({ ...connection, ...settings }),
    // Also those of a box that is gone, which can't be asked itself any more.
    deleteSnapshot: (snapshotId) => Box.deleteSnapshots([snapshotId], connection),
    restore: (snapshotId, settings) => Box.fromSnapshot(snapshotId, { ...connection, ...settings }),
    fork: (snapshotId, settings) => Box.fork(snapshotId, { ...connection, ...settings }),
    updateSnapshot: (snapshotId, change) => Box.updateSnapshot(snapshotId, { ...connection, ...change }),
    snapshotTree: (snapshotId) => Box.snapshotTree(snapshotId, connection),
    allSnapshots: () => Box.listSnapshots({ ...connection, limit: PAGE }),
    snapshotsOf: (boxId) => Box.listSnapshots({ ...connection, boxId, limit: PAGE }),
    diff: (before, after, options) => Box.diffSnapshots(before, after, { ...connection, ...options }),
    filesOf: (snapshotId) => Box.snapshotFiles(snapshotId, connection),
    exportSnapshot: (snapshotId) => Box.exportSnapshot(snapshotId, connection),
    importSnapshot: (archive) => Box.importSnapshot(archive, connection),
    verify: (snapshotId) => Box.verifySnapshot(snapshotId, connection),
  };
}
