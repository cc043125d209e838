//! Nothing committed names the machine it was written on or the registry its packages came from.

use anyhow::Result;

use super::source_files::{self, none_of};
use crate::program;
use crate::workspace::Workspace;

/// Fails with every file that holds a path or a host of this machine.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let traces = traces_of(workspace)?;
    let mut findings = Vec::new();
    for file in source_files::all(workspace)? {
        for (index, line) in file.text.lines().enumerate() {
            for trace in traces.iter().filter(|trace| line.contains(trace.as_str())) {
                findings.push(format!("{}:{}: names `{trace}`", file.path, index + 1));
            }
        }
        if file.path.ends_with("package-lock.json") && file.text.contains("\"resolved\": \"http") {
            findings.push(format!("{}: names where packages came from", file.path));
        }
    }
    none_of(findings)
}

/// What must not be found: asked of this machine, so that no list of hosts is committed either.
fn traces_of(workspace: &Workspace) -> Result<Vec<String>> {
    let root = workspace
        .path("")
        .to_string_lossy()
        .trim_end_matches('/')
        .to_owned();
    let mut traces = vec![root];
    for variable in ["CARGO_HOME", "RUSTUP_HOME"] {
        traces.extend(std::env::var(variable).ok());
    }
    let registry = program::read(workspace.command("npm").args(["config", "get", "registry"]))?;
    let address = registry.trim().trim_end_matches('/');
    traces.extend(address.split_once("://").map(|(_, host)| host.to_owned()));
    traces.retain(|trace| trace.len() > 3);
    Ok(traces)
}
