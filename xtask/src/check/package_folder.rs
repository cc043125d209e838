//! `pkg/` holds hand-written files; a plain `wasm-pack build` would have replaced some of them.

use std::fs;

use anyhow::{Result, bail};

use crate::workspace::Workspace;

const REMEDY: &str = "someone ran plain `wasm-pack build`, which writes over pkg/: \
    `git checkout pkg && rm -f pkg/.gitignore`, then `cargo xtask build`";

/// Fails with the remedy when wasm-pack wrote over the folder.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    if workspace.path("pkg/.gitignore").exists() {
        bail!("pkg/.gitignore exists, so `npm pack` would leave files out: {REMEDY}");
    }
    let manifest = fs::read_to_string(workspace.path("pkg/package.json")).unwrap_or_default();
    if !manifest.contains("\"exports\"") {
        bail!("pkg/package.json is missing or not the hand-written one: {REMEDY}");
    }
    Ok(())
}
