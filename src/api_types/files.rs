//! Files of a box.

use serde::{Deserialize, Serialize};

/// One entry of a directory.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileEntry {
    /// The last component of the path.
    pub name: String,
    /// Absolute path in the box.
    pub path: String,
    /// Length in bytes.
    pub size: u64,
    /// Whether it is a directory (a symbolic link is not).
    pub is_dir: bool,
    /// When its content last changed, ISO 8601.
    pub mod_time: String,
}

/// Answer of `GET /v2/box/{id}/files/list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileList {
    /// One level, sorted by name.
    pub files: Vec<FileEntry>,
}

/// Answer of `GET /v2/box/{id}/files/read`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileContent {
    /// Text, or base64 when that was asked for.
    pub content: String,
}

/// Body of `POST /v2/box/{id}/files/write`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct WriteFileRequest {
    /// Where, relative to the workspace or absolute. Missing directories are made.
    pub path: String,
    /// Text, or base64 with `encoding`.
    pub content: String,
    /// `base64` when `content` is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub encoding: Option<String>,
}
