//! The harnesses of box-server by the programs that npm has, each in a box, with a model on loopback.

use std::path::{Path, PathBuf};

use anyhow::Result;

use crate::consumer::Consumer;
use crate::tools;
use crate::workspace::Workspace;

use super::javascript;
use super::report::Report;

const SUITE: &str = "agents";
/// Starting a program of theirs keeps one processor busy for seconds.
const AT_ONCE: usize = 2;

/// Claude Code, Codex and OpenCode.
pub(crate) fn run(workspace: &Workspace, consumer: &Consumer, server: &Path, report: &mut Report) {
    let command = install(workspace).and_then(|programs| {
        let mut command =
            javascript::npm_command(workspace, consumer, server, SUITE, Some(AT_ONCE))?;
        command.env("AGENT_PROGRAMS", programs);
        Ok(command)
    });
    report.suite("agents as published", command);
}

/// They are a gigabyte.
fn install(workspace: &Workspace) -> Result<PathBuf> {
    println!("   the agents' programs of tests/{SUITE}");
    let folder = workspace.target("agent-programs");
    tools::ensure_locked_packages(workspace, &workspace.path("tests").join(SUITE), &folder)?;
    Ok(folder.join("node_modules"))
}
