/** Short-lived keys. */

/** What a token may do. Each is only itself: none includes another. */
export type TokenScope =
  /** See boxes, runs, logs, files and snapshots. */
  | "read"
  /** Run commands, code, agents and git. */
  | "exec"
  /** Change files. */
  | "write"
  /** Take and delete snapshots of a box; without `boxId` also roll back. */
  | "snapshot"
  /** Make boxes, also from snapshots and boxes; not with `boxId`. */
  | "create"
  /** Delete boxes. */
  | "delete";

/** Options of `Box.createToken`. */
export interface CreateTokenOptions extends StaticOptions {
  /** At least one. */
  scopes: readonly TokenScope[];
  /** The one box that it is for, by id or name; without it, every box. */
  boxId?: string | undefined;
  /** Seconds until it expires, 1 to 86,400; by default 900. */
  ttl?: number | undefined;
}

/** A token without what makes it one. */
export interface TokenInfo {
  /** By which it is revoked. */
  id: string;
  scopes: TokenScope[];
  boxId?: string;
  /** As an ISO 8601 text, like `expiresAt`. */
  createdAt: string;
  expiresAt: string;
}

/** A token that was just made. */
export interface CreatedToken extends TokenInfo {
  /** What is given as `apiKey`. It is told only now. */
  token: string;
}
