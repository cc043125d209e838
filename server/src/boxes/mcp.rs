//! MCP servers of a box's agent: what they are, and what a harness is told of them.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};
use upstash_box_wasm::api_types::{McpServer, McpSource};

use super::account::MASK;
use super::error::BoxError;
use super::lookup::Entered;
use super::rules;
use super::secrets::Secrets;

/// The variable in which a harness finds its MCP servers, as the JSON that Claude Code reads.
pub(super) const VARIABLE: &str = "BOX_MCP_SERVERS";
const MOST: usize = 20;

/// Refuses servers that no agent could use.
pub(super) fn check(servers: &[McpServer]) -> Result<(), BoxError> {
    let invalid = |text: String| Err(BoxError::InvalidArgument(text));
    if servers.len() > MOST {
        return invalid(format!("mcp_servers: there are more than {MOST}"));
    }
    let mut names = BTreeSet::new();
    for (index, server) in servers.iter().enumerate() {
        let member = format!("mcp_servers[{index}]");
        rules::one_line(&format!("{member}.name"), &server.name, 60)?;
        if !names.insert(&server.name) {
            return invalid(format!("{member}.name: two are called {:?}", server.name));
        }
        let what = &server.package_or_url;
        rules::one_line(&format!("{member}.package_or_url"), what, 2000)?;
        let is_address = what.starts_with("https://") || what.starts_with("http://");
        let is_package = !what.starts_with('-') && !what.contains(char::is_whitespace);
        match server.source {
            McpSource::Url if !is_address => {
                return invalid(format!("{member}.package_or_url: it is no http address"));
            }
            McpSource::Url if !server.args.is_empty() => {
                return invalid(format!("{member}.args: they go with source \"npm\""));
            }
            McpSource::Npm if !is_package => {
                return invalid(format!("{member}.package_or_url: it is no package's name"));
            }
            McpSource::Npm if !server.headers.is_empty() => {
                return invalid(format!("{member}.headers: they go with source \"url\""));
            }
            _ => {}
        }
        let headers = server
            .headers
            .iter()
            .flat_map(|(name, value)| [name, value]);
        for text in server.args.iter().chain(headers) {
            if text.len() > 8192 || text.chars().any(char::is_control) {
                return invalid(format!(
                    "{member}: an argument or header is too long or has a control character"
                ));
            }
        }
    }
    Ok(())
}

/// The servers as they are shown and stored in clear.
pub(super) fn masked(servers: &[McpServer]) -> Vec<McpServer> {
    let mut masked = servers.to_vec();
    for value in masked
        .iter_mut()
        .flat_map(|server| server.headers.values_mut())
    {
        *value = MASK.to_owned();
    }
    masked
}

/// What is stored sealed.
pub(super) fn headers(servers: &[McpServer]) -> BTreeMap<String, BTreeMap<String, String>> {
    let with_headers = servers.iter().filter(|server| !server.headers.is_empty());
    with_headers
        .map(|server| (server.name.clone(), server.headers.clone()))
        .collect()
}

/// What a run of the box's agent gets besides the box's own environment.
pub(super) fn variables(entered: &Entered, secrets: &Secrets) -> Vec<(&'static str, String)> {
    let servers = &entered.record.info.mcp_servers;
    let mut told = Map::new();
    for server in servers.iter().filter(|server| server.enabled) {
        let how = match server.source {
            McpSource::Npm => {
                let mut args = vec!["-y".to_owned(), server.package_or_url.clone()];
                args.extend(server.args.iter().cloned());
                json!({ "command": "npx", "args": args })
            }
            McpSource::Url => json!({
                "type": "http",
                "url": server.package_or_url,
                "headers": secrets.mcp_headers.get(&server.name).cloned().unwrap_or_default(),
            }),
        };
        told.insert(server.name.clone(), how);
    }
    if told.is_empty() {
        return Vec::new();
    }
    let told = json!({ "mcpServers": Value::Object(told) });
    vec![(VARIABLE, told.to_string())]
}
