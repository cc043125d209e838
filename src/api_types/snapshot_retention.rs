//! Deleting many snapshots at once: which, and what became of each.

use serde::{Deserialize, Serialize};

use super::null_as_default::null_as_default;

/// Body of `DELETE /v2/box/snapshots`: either ids or a filter. A member that it does not know is
/// refused: passed over, it would delete more than was meant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct DeleteSnapshotsRequest {
    /// These. An empty list is refused: it never means "everything".
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub ids: Vec<String>,
    /// Those that it describes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<SnapshotFilter>,
    /// Tells what would be deleted and deletes nothing.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub dry_run: bool,
}

/// Which snapshots to delete: those that fit every member. One without members is refused.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SnapshotFilter {
    /// Taken of this box, which may be gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub box_id: Option<String>,
    /// With this label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub label: Option<String>,
    /// Taken longer ago than this.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than_seconds: Option<u64>,
    /// Not among the newest so many of its box with this label.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub keep_last: Option<u32>,
}

/// Answer of `DELETE /v2/box/snapshots`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedSnapshots {
    /// How many were there and are gone.
    pub deleted: u64,
    /// What became of each that was named or that the filter describes.
    #[serde(default)]
    pub outcomes: Vec<SnapshotOutcome>,
}

/// What became of one snapshot.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotOutcome {
    /// The snapshot.
    pub id: String,
    /// What became of it.
    pub outcome: Outcome,
}

/// What a bulk delete did with a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// It is gone.
    Deleted,
    /// It would be gone, were this no dry run.
    WouldDelete,
    /// It is pinned.
    KeptPinned,
    /// A snapshot of another box was taken on top of it. Only a filter keeps those.
    KeptHasChild,
    /// There is none with this id.
    NotFound,
}
