//! Snapshots of a box.

use serde::{Deserialize, Deserializer, Serialize};

use super::null_as_default::null_as_default;

/// What a snapshot can be used for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
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
    /// Words to find it by.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub labels: Vec<String>,
    /// Whether it is kept from expiry and from every delete.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub pinned: bool,
    /// When it is deleted by itself, unless it is pinned then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    /// The snapshot that it was taken on top of: the box's one before, or the one that the box was
    /// restored from or rolled back to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent_id: Option<String>,
    /// How long the box's processes stood still for it, in microseconds; only in the answer to
    /// taking it, and only when some were running.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pause_us: Option<u64>,
}

/// Body of `POST /v2/box/{id}/snapshots`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct CreateSnapshotRequest {
    /// Made up from the time when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// At most 5.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub labels: Vec<String>,
    /// Seconds after which it is deleted by itself; never when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires_in: Option<u64>,
    /// Keeps it from expiry and from every bulk delete.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub pinned: bool,
}

/// Body of `PATCH /v2/box/snapshots/{id}`: what is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct UpdateSnapshotRequest {
    /// A new name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In place of all labels it had.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// Seconds from now; `null` on the wire, `Some(None)` here, means never.
    #[serde(
        deserialize_with = "null_as_none",
        skip_serializing_if = "Option::is_none"
    )]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<u64>))]
    pub expires_in: Option<Option<u64>>,
    /// Keeps it from expiry and from every bulk delete, or no longer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pinned: Option<bool>,
}

/// Answer of `GET /v2/box/{id}/snapshots` and `GET /v2/box/snapshots`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct SnapshotList {
    /// Newest first.
    pub snapshots: Vec<SnapshotInfo>,
    /// Asks for the page after this one; absent on the last and where no page was asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_cursor: Option<String>,
}

/// Answer of the bulk deletes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct DeletedCount {
    /// How many were there and are gone.
    pub deleted: u64,
}

/// Tells `null` from absent.
#[expect(
    clippy::option_option,
    reason = "absent, null and a number are three different wishes"
)]
fn null_as_none<'de, D: Deserializer<'de>>(
    deserializer: D,
) -> Result<Option<Option<u64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}
