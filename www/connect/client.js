/**
 * The calls that start from the `Box` class, bound to one server and one key. What a box can do is on the box.
 *
 * A key may end while the page is open. `renew` puts another in its place, for the boxes handed out too.
 */

import { Box } from "../package.js";
import { renewable } from "./renewable.js";

/** How many snapshots one request fetches; the most a server gives. */
const PAGE = 1000;

/** A client of the server at `baseUrl`. `whenRefused(listener)` says who hears that the key works no more. */
export function openClient({ baseUrl, apiKey }) {
  const connection = { baseUrl, apiKey };
  const held = [];
  let heard = () => {};

  async function hold(asked) {
    const box = renewable(await asked);
    held.push(box);
    return box.handle;
  }

  async function listBoxes() {
    try {
      return await Box.list(connection);
    } catch (error) {
      if (error.code === "unauthorized") heard();
      throw error;
    }
  }

  return {
    baseUrl,
    whenRefused(listener) { heard = listener; },
    /** Goes on with another key, once that has proved to work. */
    async renew(another) {
      const renewed = { baseUrl, apiKey: another };
      await Box.list(renewed);
      connection.apiKey = another;
      await Promise.all(held.map((box) => box.renew((id) => Box.get(id, renewed))));
    },
    listBoxes,
    getBox: (id) => hold(Box.get(id, connection)),
    createBox: (settings) => hold(Box.create({ ...connection, ...settings })),
    // Also those of a box that is gone, which can't be asked itself any more.
    deleteSnapshot: (snapshotId) => Box.deleteSnapshots([snapshotId], connection),
    restore: (snapshotId, settings) => hold(Box.fromSnapshot(snapshotId, { ...connection, ...settings })),
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
