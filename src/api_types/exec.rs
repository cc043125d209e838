//! Running a command, and the trailer that ends a streamed one.

use serde::{Deserialize, Serialize};

/// Body of `POST /v2/box/{id}/exec` and `/exec-stream`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExecRequest {
    /// Program and arguments.
    pub command: Vec<String>,
    /// Working directory, relative to the workspace or absolute.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub folder: Option<String>,
    /// The longest the command may run, in milliseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout: Option<u64>,
}

/// Answer of `POST /v2/box/{id}/exec`. A failing command is a result, not an error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
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
pub struct StreamExit {
    /// The program's exit code.
    pub exit_code: i32,
    /// Processor time, in nanoseconds.
    #[serde(default)]
    pub cpu_ns: u64,
}

/// Data of the `error` trailer of a run that could not start or was lost.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct StreamError {
    /// What happened, for a person.
    pub error: String,
}
