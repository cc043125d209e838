//! The official clients against box-server: `@upstash/box` from npm, `upstash-box` from PyPI, as they
//! are published.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::consumer::copy_folder;
use crate::program;
use crate::tools;
use crate::workspace::Workspace;

use super::report::Report;

const SUITE: &str = "tests/official";
/// npm's names of the files that say what is to be installed, and how.
const MANIFESTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Every method that they have.
pub(crate) fn run(workspace: &Workspace, server: &Path, report: &mut Report) {
    report.suite("official clients", command(workspace, server));
}

fn command(workspace: &Workspace, server: &Path) -> Result<Command> {
    let python = tools::ensure_python(workspace)?;
    let folder = workspace.target("official");
    if folder.exists() {
        fs::remove_dir_all(&folder)
            .with_context(|| format!("could not empty {}", folder.display()))?;
    }
    // Beside the installed client, so that the scenarios import it as any user would.
    copy_folder(&workspace.path(SUITE), &folder.join("official"))?;
    copy_folder(&workspace.path("tests/npm"), &folder.join("npm"))?;
    for name in MANIFESTS {
        let copy = folder.join(name);
        fs::copy(workspace.path(SUITE).join(name), &copy)
            .with_context(|| format!("could not write {}", copy.display()))?;
    }
    program::run(
        workspace
            .command("npm")
            .current_dir(&folder)
            .args(["ci", "--loglevel=error"]),
    )?;
    let mut command = workspace.command("node");
    command
        .current_dir(&folder)
        .arg("official/run.mjs")
        .env("BOX_SERVER_BIN", server)
        .env("OFFICIAL_PYTHON", python);
    Ok(command)
}
