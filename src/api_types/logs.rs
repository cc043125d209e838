//! What happened in a box, line by line.

use serde::{Deserialize, Serialize};

/// How much a line matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogLevel {
    /// As it should be.
    Info,
    /// Something was left out or put off.
    Warn,
    /// Something failed.
    Error,
}

/// Whose doing it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum LogSource {
    /// The server: the box was made, paused, woken.
    System,
    /// A run of the box's agent.
    Agent,
    /// A command that the user ran.
    User,
}

/// One line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogEntry {
    /// Unix seconds.
    pub timestamp: i64,
    /// How much it matters.
    pub level: LogLevel,
    /// Whose doing it was.
    pub source: LogSource,
    /// For a person.
    pub message: String,
    /// Only where lines of several boxes are mixed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub box_id: Option<String>,
}

/// Answer of `GET /v2/box/{id}/logs` and `GET /v2/box/logs`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct LogList {
    /// The latest lines, oldest first.
    pub logs: Vec<LogEntry>,
}
