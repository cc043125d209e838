//! How snapshots and boxes come from one another.

use serde::{Deserialize, Serialize};

/// Answer of `GET /v2/box/snapshots/{id}/tree`: everything that is connected with the snapshot.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotTree {
    /// Each after the one that it comes from; the first is the root.
    pub nodes: Vec<SnapshotTreeNode>,
}

/// A snapshot, or a live box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotTreeNode {
    /// Which of the two.
    pub kind: SnapshotTreeKind,
    /// Of the snapshot or the box.
    pub id: String,
    /// Of the snapshot; of the box, if it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The snapshot that this one was taken on top of, or that the box goes on from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// The box that the snapshot was taken of, which may be gone; absent on a box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub box_id: Option<String>,
    /// Unix seconds.
    pub created_at: i64,
}

/// What stands at a place of a tree.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum SnapshotTreeKind {
    /// A snapshot.
    Snapshot,
    /// A box, always a leaf.
    Box,
}
