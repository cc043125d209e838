//! Files of a box.

use serde::{Deserialize, Serialize};

use super::null_as_default::null_as_default;

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileEntry {
    /// The last component of the path.
    pub name: String,
    /// Absolute path in the box.
    pub path: String,
    /// The same in base64, when it is not text and `path` only resembles it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
    /// Length in bytes.
    pub size: u64,
    /// Whether it is a directory (a symbolic link is not).
    pub is_dir: bool,
    /// When its content last changed, ISO 8601.
    pub mod_time: String,
}

/// Answer of `GET /v2/box/{id}/files/list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileList {
    /// One level, sorted by name.
    pub files: Vec<FileEntry>,
}

/// Answer of `GET /v2/box/{id}/files/read`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileContent {
    /// Text, or base64 when that was asked for.
    pub content: String,
}

/// Body of `POST /v2/box/{id}/files/write`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct WriteFileRequest {
    /// Where, relative to the workspace or absolute. Missing directories are made.
    pub path: String,
    /// Text, or base64 with `encoding`.
    pub content: String,
    /// `base64` when `content` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}

/// What is at a path.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum FileKind {
    /// A regular file.
    File,
    /// A directory.
    Directory,
    /// A symbolic link.
    Symlink,
    /// A device, pipe or socket.
    Other,
}

/// Answer of `GET /v2/box/{id}/files/stat`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FileStat {
    /// What it is.
    #[serde(rename = "type")]
    pub kind: FileKind,
    /// Length in bytes.
    pub size: u64,
    /// When its content last changed, ISO 8601.
    pub mod_time: String,
    /// Its number in its filesystem.
    pub inode: u64,
    /// Equal for as long as the file is the same and unchanged; says nothing else.
    pub version: String,
}

/// Body of `POST /v2/box/{id}/files/mkdir`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct MakeDirectoryRequest {
    /// Where, relative to the workspace or absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Instead of `path`, any bytes as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
    /// Makes the directories above it, too; then one that exists is fine.
    #[serde(deserialize_with = "null_as_default")]
    pub parents: bool,
}

/// Body of `POST /v2/box/{id}/files/rename`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RenameFileRequest {
    /// What is renamed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Instead of `from`, any bytes as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_base64: Option<String>,
    /// Its new path; a file that is there is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Instead of `to`, any bytes as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_base64: Option<String>,
}

/// Body of `POST /v2/box/{id}/files/remove`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct RemoveFileRequest {
    /// What is removed; a link itself, never what it leads to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path: Option<String>,
    /// Instead of `path`, any bytes as base64.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub path_base64: Option<String>,
    /// Needed for a directory: removes all that is in it, too.
    #[serde(deserialize_with = "null_as_default")]
    pub recursive: bool,
}
