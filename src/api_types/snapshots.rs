//! Snapshots of a box.

use serde::{Deserialize, Serialize};

/// What a snapshot can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SnapshotStatus {
    /// Being taken.
    Creating,
    /// Can be restored.
    Ready,
    /// Could not be taken.
    Error,
    /// Gone.
    Deleted,
}

/// One snapshot. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotInfo {
    /// `snap_…`
    pub id: String,
    /// The name given when it was taken.
    pub name: String,
    /// The box it was taken of, which may be gone.
    pub box_id: String,
    /// Bytes that the box had written on top of its image.
    pub size_bytes: u64,
    /// Whether it can be restored.
    pub status: SnapshotStatus,
    /// When it was taken.
    pub created_at: i64,
    /// How long the box's processes stood still for it, in microseconds; only in the answer to
    /// taking it, and only when some were running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_us: Option<u64>,
}

/// Body of `POST /v2/box/{id}/snapshots`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct CreateSnapshotRequest {
    /// Made up from the time when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
}

/// Answer of `GET /v2/box/{id}/snapshots` and `GET /v2/box/snapshots`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotList {
    /// Newest first.
    pub snapshots: Vec<SnapshotInfo>,
}

/// Answer of the bulk deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct DeletedCount {
    /// How many were there and are gone.
    pub deleted: u64,
}
