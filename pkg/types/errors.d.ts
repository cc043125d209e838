/** Errors. */

/**
 * Why a call failed.
 *
 * From the service: `invalid_argument` to `storage_full`. From this package: `network` to
 * `wasm_unavailable`.
 */
export type ErrorCode =
  | "invalid_argument"
  | "invalid_archive"
  | "unauthorized"
  | "forbidden"
  | "not_found"
  | "box_not_found"
  | "snapshot_not_found"
  | "run_not_found"
  | "schedule_not_found"
  | "path_not_found"
  | "method_not_allowed"
  | "conflict"
  | "too_large"
  | "rate_limited"
  | "internal"
  | "unsupported"
  | "registry_failed"
  | "unavailable"
  | "storage_full"
  | "network"
  | "timeout"
  | "aborted"
  | "invalid_response"
  | "stream_truncated"
  | "box_failed"
  | "snapshot_failed"
  | "run_failed"
  | "wasm_unavailable";

/** The error of every call. */
export declare class BoxError extends Error {
  readonly name: "BoxError";
  /** What kind of failure it is. */
  readonly code: ErrorCode;
  /** The HTTP status, when the service answered. */
  readonly status?: number;
  /** The service's name for the request, for its log. */
  readonly requestId?: string;
  /** Whether the same call may succeed later with nothing changed. */
  readonly retryable: boolean;
  /** Id of a box or snapshot that the failed call had made and that is still there. */
  readonly leftBehind?: string;
}
