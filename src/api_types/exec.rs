//! Running a command, and the trailer that ends a streamed one.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::null_as_default::null_as_default;

/// Body of `POST /v2/box/{id}/exec` and `/exec-stream`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecRequest {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Working directory, relative to the workspace or absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The longest the command may run, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// Answers as soon as the command has begun; the history tells how it ends. Not for a stream.
    #[serde(
        rename = "async",
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "std::ops::Not::not"
    )]
    pub is_async: bool,
    /// Environment variables of this command alone, over those of the box. An addition of
    /// box-server, like `stdin` and `timeout`.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub env: BTreeMap<String, String>,
    /// What the command reads from standard input, which then ends.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stdin: Option<String>,
}

/// Answer of `POST /v2/box/{id}/exec` with `async`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StartedRun {
    /// The run's id, as `GET /runs` shows it.
    pub run_id: String,
    /// `running`.
    pub status: String,
}

/// A language that `code` can be in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "lowercase")]
pub enum CodeLanguage {
    /// JavaScript, run by the box's Node.js.
    Js,
    /// TypeScript, run by the box's Node.js from 22.6 on.
    Ts,
    /// Python 3.
    Python,
}

/// Body of `POST /v2/box/{id}/code` and `/code-stream`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct CodeRequest {
    /// The program's text.
    pub code: String,
    /// What it is written in.
    pub language: CodeLanguage,
    /// Working directory, relative to the workspace or absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The longest it may run, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
    /// Environment variables of this program alone, over those of the box.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub env: BTreeMap<String, String>,
}

/// Answer of `POST /v2/box/{id}/exec`. A failing command is a result, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ExecResponse {
    /// The run's id, as `GET /runs` shows it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run_id: Option<String>,
    /// The program's exit code; 128 + n when signal n ended it.
    pub exit_code: i32,
    /// What it wrote to standard output.
    pub output: String,
    /// What it wrote to standard error.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Processor time, in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cpu_ns: Option<u64>,
}

/// Data of the `exit` trailer that ends a streamed run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamExit {
    /// The program's exit code.
    pub exit_code: i32,
    /// Processor time, in nanoseconds.
    #[serde(default)]
    pub cpu_ns: u64,
}

/// Data of the `error` trailer of a run that could not start or was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct StreamError {
    /// What happened, for a person.
    pub error: String,
}
