//! Agent settings of a box, and the request that runs one.

use serde::{Deserialize, Serialize};

use super::null_as_default::null_as_default;

/// The program that answers prompts in a box whose agent is `custom`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CustomRunner {
    /// A name on the box's PATH, or an absolute path under `/workspace/home/` or `/home/boxuser/`.
    pub command: String,
    /// Arguments put before the ones that the server adds.
    #[serde(default, deserialize_with = "null_as_default")]
    pub args: Vec<String>,
    /// Only `box-sse-v1` exists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub protocol: Option<String>,
}

/// Body of `POST /v2/box/{id}/run/stream`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AgentRunRequest {
    /// What the agent is asked to do.
    pub prompt: String,
    /// Working directory, relative to the workspace or absolute.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// Overrides the box's model for this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// Continues an earlier conversation of the same harness.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub session_id: Option<String>,
    /// Files that the prompt refers to.
    #[serde(
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub files: Vec<PromptFile>,
}

/// One file that goes with a prompt.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PromptFile {
    /// The content, base64.
    pub data: String,
    /// Its MIME type.
    pub media_type: String,
    /// The name it is given in the box.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub filename: Option<String>,
}
