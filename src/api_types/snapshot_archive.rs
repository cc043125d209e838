//! Snapshots on their way out of a server and into one: archives, and registries.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::error_code::ErrorBody;
use super::null_as_default::null_as_default;
use super::snapshots::SnapshotInfo;

/// An image in a registry, and who asks for it.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct RegistryImage {
    /// Like `registry.example.com/team/boxes:after-setup`; with a tag or, to pull, a digest.
    pub reference: String,
    /// The registry's user; anonymous when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<String>,
    /// The user's password or token. Used for this call and kept nowhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub password: Option<String>,
    /// Allows plain HTTP, which a registry on this machine's loopback may use anyway.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub insecure: bool,
}

/// Body of `POST /v2/box/snapshots/{id}/push`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushSnapshotRequest {
    /// Where to.
    #[serde(flatten)]
    pub image: RegistryImage,
}

/// Body of `POST /v2/box/snapshots/pull`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PullSnapshotRequest {
    /// Where from.
    #[serde(flatten)]
    pub image: RegistryImage,
    /// In place of the name that the image carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// In place of the labels that the image carries.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub labels: Option<Vec<String>>,
    /// Takes an image that was made on top of something else than this server's own.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub allow_other_base: bool,
}

/// Answer of a push.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushedSnapshot {
    /// Where it is now.
    pub reference: String,
    /// `sha256:…` of the image's manifest.
    pub digest: String,
    /// Bytes of all its blobs.
    pub size_bytes: u64,
    /// Bytes that were sent; the registry had the rest.
    pub uploaded_bytes: u64,
}

/// How far a transfer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct TransferProgress {
    /// Bytes done.
    pub bytes: u64,
    /// Bytes in all, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub total_bytes: Option<u64>,
    /// 0 to 100, when `total_bytes` is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub percent: Option<u8>,
}

/// One line of the answer to an import, push or pull that asked for `application/x-ndjson`: any
/// number of `progress`, then one of the others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum TransferEvent {
    /// It goes on.
    Progress(TransferProgress),
    /// The import or pull is done.
    Snapshot(Box<SnapshotInfo>),
    /// The push is done.
    Pushed(PushedSnapshot),
    /// It failed, and left nothing behind.
    Error(ErrorBody),
}

impl fmt::Debug for RegistryImage {
    /// Leaves the password out.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("RegistryImage")
            .field("reference", &self.reference)
            .finish_non_exhaustive()
    }
}
