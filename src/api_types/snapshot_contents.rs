//! What a snapshot holds, told without starting a box.

use serde::{Deserialize, Serialize};

/// How an entry differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SnapshotChangeKind {
    /// Only the later tree has it.
    Added,
    /// Both have it, with other content, kind, mode or owner.
    Modified,
    /// Only the earlier tree has it.
    Removed,
}

/// One line of the answer to `GET /v2/box/snapshots/{id}/diff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotChange {
    /// Absolute path in the box; bytes that are no text are replaced.
    pub path: String,
    /// The path's bytes, base64; only when they are no text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
    /// How it differs.
    pub kind: SnapshotChangeKind,
    /// Whether it is a directory, in the later tree unless it is gone there.
    pub is_dir: bool,
    /// Bytes in the earlier tree, when it is a file there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_before: Option<u64>,
    /// Bytes in the later tree, when it is a file there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_after: Option<u64>,
}

/// What a verification found.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum VerificationStatus {
    /// The snapshot had not been verified before; its digest is kept from now on.
    Recorded,
    /// It holds what it held when it was first verified.
    Unchanged,
    /// It does not.
    Changed,
}

/// Answer of `POST /v2/box/snapshots/{id}/verify`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotVerification {
    /// `sha256:…` of all that the snapshot holds on top of its image.
    pub digest: String,
    /// How many entries that are not directories.
    pub files: u64,
    /// How many bytes in files.
    pub bytes: u64,
    /// How the digest compares with the first one.
    pub status: VerificationStatus,
}
