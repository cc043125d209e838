//! Git in a box.

use serde::{Deserialize, Serialize};

/// Body of `POST /v2/box/{id}/git/clone`.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GitCloneRequest {
    /// Address; without a scheme, `https://` is put before it.
    pub repo: String,
    /// Branch or tag to check out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// How many commits of history to fetch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub depth: Option<u32>,
    /// A secret for this clone only: never logged, never returned, never on the box's disk.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub github_token: Option<String>,
    /// Where the clone lands; by default a directory named after the repository.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

impl std::fmt::Debug for GitCloneRequest {
    /// Leaves the token out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("GitCloneRequest")
            .field("repo", &self.repo)
            .field("branch", &self.branch)
            .field("folder", &self.folder)
            .finish_non_exhaustive()
    }
}

/// Answer of `POST /v2/box/{id}/git/clone`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GitCloneResponse {
    /// Absolute path of the clone in the box.
    pub path: String,
    /// What git said.
    pub output: String,
}
