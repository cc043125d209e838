//! Git in a box after the clone: what has changed, and where it goes.

use serde::{Deserialize, Serialize};

use super::null_as_default::null_as_default;

/// Answer of `GET /v2/box/{id}/git/diff`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GitDiff {
    /// What differs from the last commit, staged or not.
    pub diff: String,
}

/// Answer of `GET /v2/box/{id}/git/status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GitStatus {
    /// As `git status --porcelain` prints it; empty where there is no repository.
    pub status: String,
}

/// Body of `POST /v2/box/{id}/git/commit`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GitCommitRequest {
    /// What the commit says. All changes of the working tree go into it.
    #[serde(deserialize_with = "null_as_default")]
    pub message: String,
    /// Instead of the box's own name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_name: Option<String>,
    /// Instead of the box's own address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author_email: Option<String>,
    /// Where the repository is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// Answer of `POST /v2/box/{id}/git/commit`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GitCommit {
    /// The new commit.
    pub sha: String,
    /// What it says.
    pub message: String,
}

/// Body of `POST /v2/box/{id}/git/push` and `/git/checkout`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GitBranchRequest {
    /// The branch. A push without one goes to a branch named after the box.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub branch: Option<String>,
    /// Where the repository is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// Answer of `POST /v2/box/{id}/git/push` and `/git/checkout`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GitBranch {
    /// The branch.
    pub branch: String,
    /// What git said.
    pub output: String,
}

/// Body of `POST /v2/box/{id}/git/exec`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GitExecRequest {
    /// Arguments, without the leading `git`.
    #[serde(deserialize_with = "null_as_default")]
    pub args: Vec<String>,
    /// Where it runs.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// Answer of `POST /v2/box/{id}/git/exec`. A failing command is a result, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GitExecResponse {
    /// What git wrote to standard output.
    pub output: String,
    /// Its exit code.
    pub exit_code: i32,
    /// What it wrote to standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// Body of `POST /v2/box/{id}/git/create-pr` and `/git/create-issue`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct GitProposal {
    /// Its title.
    #[serde(deserialize_with = "null_as_default")]
    pub title: String,
    /// Its text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// What a pull request is to be merged into; the repository's default branch when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// Files to attach, which the provider's API has no way to do.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub attach: Vec<String>,
    /// Where the repository is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
}

/// Answer of `POST /v2/box/{id}/git/create-pr` and `/git/create-issue`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct GitProposed {
    /// Where a person reads it.
    pub url: String,
    /// Its number.
    pub number: u64,
    /// Its title.
    pub title: String,
    /// What a pull request is to be merged into.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<String>,
    /// What was not done as asked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub warning: Option<String>,
}
