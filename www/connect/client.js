/** The calls that start from the `Box` class, bound to one server and one key. What a box can do is on the box. */

import { Box } from "../package.js";

/** A client of the server at `baseUrl`. */
export function openClient({ baseUrl, apiKey }) {
  const connection = { baseUrl, apiKey };
  return {
    baseUrl,
    listBoxes: () => Box.list(connection),
    getBox: (id) => Box.get(id, connection),
    createBox: (name) => Box.create({ ...connection, ...(name ? { name } : {}) }),
    // Also those of a box that is gone, which can't be asked itself any more.
    deleteSnapshot: (snapshotId) => Box.deleteSnapshots([snapshotId], connection),
    restore: (snapshotId) => Box.fromSnapshot(snapshotId, connection),
  };
}
