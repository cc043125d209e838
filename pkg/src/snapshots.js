/** Snapshots of a whole account: found, changed, pruned. */

import { connect } from "./connection.js";
import { failure } from "./error.js";
import { demand } from "./features.js";

/** How many snapshots one request fetches unless the user says. */
const PAGE = 100;

/** A promise of the first page that can also be iterated, snapshot by snapshot, over all pages. */
export function listSnapshots({ limit = PAGE, ...options } = {}) {
  const page = async (cursor) => {
    const answer = await run("Box.listSnapshots", options, { limit: String(limit), ...cursor });
    const { boxId, label, status } = options;
    // The hosted service passes filters over.
    const fits = (snapshot) =>
      (boxId == null || snapshot.boxId == boxId) &&
      (label == null || snapshot.labels?.includes(label)) &&
      (status == null || snapshot.status == status);
    return { ...answer, snapshots: (answer.snapshots ?? []).filter(fits) };
  };
  const first = page();
  return Object.assign(first, {
    async *[Symbol.asyncIterator]() {
      for (let now = await first; ; now = await page({ cursor: now.nextCursor })) {
        yield* now.snapshots;
        if (!now.nextCursor) return;
      }
    },
  });
}

export async function getSnapshot(id, { waitFor, ...options } = {}) {
  if (waitFor != null && waitFor != "ready") {
    throw failure("invalid_argument", 'Box.getSnapshot: option `waitFor` must be "ready".');
  }
  return run(waitFor ? "Box.getSnapshot:ready" : "Box.getSnapshot", options, { id });
}

export async function updateSnapshot(id, options) {
  return run("Box.updateSnapshot", options, { id, neverExpires: options?.expiresIn === null });
}

export async function deleteSnapshots(which, options) {
  let [kind, ids] = ["", which];
  if (which != null && typeof which != "string" && !Array.isArray(which)) {
    const { snapshotIds, all, ...rest } = which;
    [ids, options] = [snapshotIds, rest];
    // Never all of them when they were described, too.
    if (ids === undefined) kind = all === true && rest.filter == null ? ":all" : ":filter";
  }
  if (typeof ids == "string") ids = [ids];
  // A service that passes these over would delete what was meant to stay.
  if (kind == ":filter" || options?.dryRun) {
    await demand(connect(options), "snapshot_retention", "Box.deleteSnapshots", options);
  }
  return run("Box.deleteSnapshots" + kind, options, { ids });
}

const run = (name, options, more) => connect(options).call(name, more, options);
