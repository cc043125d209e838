/** Snapshots. */

/** A saved state of a box. */
export interface Snapshot {
  id: string;
  name: string;
  /** The box it was taken of, which may be gone. */
  boxId: string;
  /**
   * Bytes on the disk of what the box had written on top of its image. What `box.snapshot` gives is an estimate;
   * it is counted soon after, and `Box.getSnapshot` has the count.
   */
  sizeBytes: number;
  status: "creating" | "ready" | "error" | "deleted";
  /** When it was taken, as an ISO 8601 text. */
  createdAt: string;
  /** Words of your own to find it by; absent when there are none. */
  labels?: string[];
  /** `true` when it is kept from expiry and from being deleted; absent otherwise. */
  pinned?: boolean;
  /** When it is deleted by itself, unless it is pinned then, as an ISO 8601 text; absent when never. */
  expiresAt?: string;
  /**
   * The snapshot that it was taken on top of: the box's one before, or the one that the box was
   * restored from or rolled back to.
   */
  parentId?: string;
  /**
   * Microseconds that the box's processes stood still for it; only in what `box.snapshot` gives, and
   * only when some were running.
   */
  pauseUs?: number;
}

/** Options of `box.snapshot`. */
export interface SnapshotOptions extends CallOptions, IdempotencyOptions {
  /** Made up from the time by default. */
  name?: string | undefined;
  /**
   * At most 5, each of at most 20 letters, digits, `.`, `_`, `-` and `:`. A service that would pass over
   * them, `expiresIn` or `pinned` rejects with code `unsupported`.
   */
  labels?: string[] | undefined;
  /** Seconds after which it is deleted by itself; never by default. */
  expiresIn?: number | undefined;
  /** Keeps it from expiry and from being deleted until it is unpinned. */
  pinned?: boolean | undefined;
}

/** Options of `Box.listSnapshots`. */
export interface ListSnapshotsOptions extends StaticOptions {
  /** Only snapshots of the box with this id, which may be gone. */
  boxId?: string | undefined;
  /** Only snapshots with this label. */
  label?: string | undefined;
  status?: Snapshot["status"] | undefined;
  /** How many one request fetches, 1 to 1000; by default 100. */
  limit?: number | undefined;
  /** Begins after an earlier page: its `nextCursor`. */
  cursor?: string | undefined;
}

/** Some of the snapshots that were asked for, newest first. */
export interface SnapshotPage {
  snapshots: Snapshot[];
  /** `cursor` of the page after this one; absent on the last. */
  nextCursor?: string;
}

/** Options of `Box.getSnapshot`. */
export interface GetSnapshotOptions extends StaticOptions {
  /** Waits until it can be restored, and rejects with code `snapshot_failed` when it can't be. */
  waitFor?: "ready" | undefined;
}

/** What `Box.updateSnapshot` changes. What is left out stays. */
export interface UpdateSnapshotOptions extends StaticOptions {
  name?: string | undefined;
  /** In place of all labels it had. */
  labels?: string[] | undefined;
  /** Seconds from now; `null` means never. */
  expiresIn?: number | null | undefined;
  pinned?: boolean | undefined;
}

/** A snapshot or a live box, and what it comes from. */
export interface SnapshotTreeNode {
  kind: "snapshot" | "box";
  /** Of the snapshot or the box. */
  id: string;
  name?: string;
  /** The snapshot it was taken on top of, or that the box goes on from; absent on the root. */
  parentId?: string;
  /** The box that a snapshot was taken of, which may be gone. */
  boxId?: string;
  /** As an ISO 8601 text. */
  createdAt: string;
}

/** Which snapshots to delete: those that fit every member. One without members is an error. */
export interface SnapshotFilter {
  /** Taken of the box with this id, which may be gone. */
  boxId?: string | undefined;
  /** With this label. */
  label?: string | undefined;
  /** Taken longer ago than this. */
  olderThanSeconds?: number | undefined;
  /** Not among the newest so many of each box (with the label, when one is given). */
  keepLast?: number | undefined;
}

/** Options of `Box.deleteSnapshots`. */
export interface DeleteSnapshotsOptions extends StaticOptions {
  /** Tells what would be deleted and deletes nothing. */
  dryRun?: boolean | undefined;
}

/** What became of each snapshot that was named or that the filter describes. */
export interface DeletedSnapshots {
  /** How many were there and are gone. */
  deleted: number;
  /** Told by a box-server; the hosted service tells only how many. */
  outcomes?: {
    id: string;
    /** `kept_has_child`: another box's snapshot was taken on top of it. Only a filter keeps those. */
    outcome: "deleted" | "would_delete" | "kept_pinned" | "kept_has_child" | "not_found";
  }[];
}
