/** Snapshots. */

/** A saved state of a box. */
export interface Snapshot {
  id: string;
  name: string;
  /** The box it was taken of, which may be gone. */
  boxId: string;
  /** Bytes that the box had written on top of its image. */
  sizeBytes: number;
  status: "creating" | "ready" | "error" | "deleted";
  /** When it was taken, as an ISO 8601 text. */
  createdAt: string;
}
