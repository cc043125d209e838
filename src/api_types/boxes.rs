//! A box and the requests that make, list and remove boxes.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::agent::CustomRunner;
use super::error_code::ErrorBody;
use super::mcp::McpServer;
use super::network_policy::NetworkPolicy;
use super::null_as_default::null_as_default;

/// What a box is doing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BoxStatus {
    /// Being made; no command can run yet.
    Creating,
    /// Ready, with nothing running in it.
    Idle,
    /// At least one run is in progress.
    Running,
    /// Stopped with its disk kept; any work wakes it.
    Paused,
    /// Could not be made or started.
    Error,
    /// Gone; only this record is left.
    Deleted,
}

/// How much of the machine a box may use.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum BoxSize {
    /// 2 processors, 4 GB of memory.
    #[default]
    Small,
    /// 4 processors, 8 GB of memory.
    Medium,
    /// 8 processors, 16 GB of memory.
    Large,
}

/// One box. Times are Unix seconds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[allow(
    missing_docs,
    reason = "the names are the wire's; each that needs a word has one"
)]
pub struct BoxInfo {
    pub id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    pub status: BoxStatus,
    #[serde(default)]
    pub labels: Vec<String>,
    #[serde(default)]
    pub size: BoxSize,
    #[serde(default)]
    pub keep_alive: bool,
    #[serde(default)]
    pub ephemeral: bool,
    /// When an ephemeral box is deleted by itself.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub runtime: Option<String>,
    /// The repository that was cloned into it when it was made.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clone_repo: Option<String>,
    /// The harness that `agent` runs use; absent on a box without one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub custom_runner: Option<CustomRunner>,
    /// What its agent was taught, as `owner/repo/skill`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub enabled_skills: Vec<String>,
    /// What its agent may ask; values of headers are masked.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub mcp_servers: Vec<McpServer>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_user_name: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub git_user_email: Option<String>,
    /// Where the box may go; everywhere when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub network_policy: Option<NetworkPolicy>,
    /// The snapshot this box was restored from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub snapshot_id: Option<String>,
    pub created_at: i64,
    pub updated_at: i64,
    pub last_activity_at: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deleted_at: Option<i64>,
}

/// Answer of `GET /v2/box/{id}/status`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct BoxStatusResponse {
    /// What the box is doing now.
    pub status: BoxStatus,
}

/// Body of `POST /v2/box`. Everything is optional.
#[derive(Clone, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
#[allow(
    missing_docs,
    reason = "the names are the wire's; each that needs a word has one"
)]
pub struct CreateBoxRequest {
    pub name: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    pub labels: Vec<String>,
    #[serde(deserialize_with = "null_as_default")]
    pub size: BoxSize,
    pub runtime: Option<String>,
    #[serde(deserialize_with = "null_as_default")]
    pub keep_alive: bool,
    /// Deletes the box by itself after `ttl`.
    #[serde(deserialize_with = "null_as_default")]
    pub ephemeral: bool,
    /// Seconds; at most, and by default, three days.
    pub ttl: Option<u64>,
    /// Runs in the background each time the box starts.
    pub init_command: Option<String>,
    pub network_policy: Option<NetworkPolicy>,
    #[serde(deserialize_with = "null_as_default")]
    pub skills: Vec<String>,
    #[serde(deserialize_with = "null_as_default")]
    pub mcp_servers: Vec<McpServer>,
    /// Cloned in the background once the box is made.
    pub clone_repo: Option<String>,
    /// A secret for that clone only: never logged, never returned.
    pub clone_token: Option<String>,
    /// Environment of every run in the box. Values are secrets: never logged, never returned.
    #[serde(deserialize_with = "null_as_default")]
    pub env_vars: BTreeMap<String, String>,
    /// Headers that the box's proxy adds to requests, by host. Values are secrets: never logged, never
    /// returned, and out of the box's sight.
    #[serde(deserialize_with = "null_as_default")]
    pub attach_headers: BTreeMap<String, BTreeMap<String, String>>,
    pub agent: Option<String>,
    pub model: Option<String>,
    /// A secret: never logged, never returned.
    pub agent_api_key: Option<String>,
    pub custom_runner: Option<CustomRunner>,
    /// A secret: never logged, never returned.
    pub github_token: Option<String>,
    pub git_user_name: Option<String>,
    pub git_user_email: Option<String>,
}

impl std::fmt::Debug for CreateBoxRequest {
    /// Leaves out every member that may hold a secret.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("CreateBoxRequest")
            .field("name", &self.name)
            .field("labels", &self.labels)
            .field("size", &self.size)
            .field("runtime", &self.runtime)
            .field("agent", &self.agent)
            .field("model", &self.model)
            .finish_non_exhaustive()
    }
}

/// Body of `POST /v2/box/from-snapshot`: a snapshot and anything a new box may be given.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct FromSnapshotRequest {
    /// Id of the snapshot to start from.
    pub snapshot_id: String,
    /// Settings of the new box; the agent's come from the snapshot unless given here.
    #[serde(flatten)]
    pub settings: CreateBoxRequest,
}

/// One line of the answer to `POST /v2/box/from-snapshot` with `count`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum ForkedBox {
    /// A box, ready.
    Box(Box<BoxInfo>),
    /// One that could not be made.
    Error(ErrorBody),
}

/// Body of the bulk deletes. An empty list is refused: it never means "everything".
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct DeleteManyRequest {
    /// What to delete.
    #[serde(deserialize_with = "null_as_default")]
    pub ids: Vec<String>,
}
