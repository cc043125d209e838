//! MCP servers that a box's agent may use.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::null_as_default::null_as_default;

/// Where an MCP server comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum McpSource {
    /// A package that is run in the box.
    Npm,
    /// A service elsewhere.
    Url,
}

/// One MCP server. In an answer, the values of its headers are masked.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct McpServer {
    /// What the agent calls it.
    pub name: String,
    /// Where it comes from.
    pub source: McpSource,
    /// The package's name, or the address.
    pub package_or_url: String,
    /// Arguments of the package's program.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "Vec::is_empty"
    )]
    pub args: Vec<String>,
    /// Headers for the address. Values are secrets: never logged, never returned.
    #[serde(
        default,
        deserialize_with = "null_as_default",
        skip_serializing_if = "BTreeMap::is_empty"
    )]
    pub headers: BTreeMap<String, String>,
    /// Whether the agent gets it; yes unless said otherwise.
    #[serde(default = "yes")]
    pub enabled: bool,
}

impl std::fmt::Debug for McpServer {
    /// Leaves the headers out.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("McpServer")
            .field("name", &self.name)
            .field("source", &self.source)
            .field("package_or_url", &self.package_or_url)
            .finish_non_exhaustive()
    }
}

const fn yes() -> bool {
    true
}
