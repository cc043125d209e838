//! Node, and the root package's development dependencies.

use std::fs;

use anyhow::{Context, Result, bail};

use crate::program;
use crate::workspace::Workspace;

const OLDEST_NODE: u32 = 20;

/// Runs `npm ci` when `node_modules` is not what package-lock.json says.
pub(crate) fn ensure_npm_packages(workspace: &Workspace) -> Result<()> {
    ensure_node(workspace)?;
    let lock_path = workspace.path("package-lock.json");
    let lock =
        fs::read(&lock_path).with_context(|| format!("could not read {}", lock_path.display()))?;
    let installed_lock = workspace.path("node_modules/.installed-lock.json");
    if fs::read(&installed_lock).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    println!("   installing the development dependencies of package.json");
    program::run(workspace.command("npm").arg("ci"))?;
    fs::write(&installed_lock, lock)
        .with_context(|| format!("could not write {}", installed_lock.display()))
}

fn ensure_node(workspace: &Workspace) -> Result<()> {
    let version = program::read(workspace.command("node").arg("--version"))?;
    let major = version
        .trim()
        .trim_start_matches('v')
        .split('.')
        .next()
        .unwrap_or_default();
    let major: u32 = major
        .parse()
        .with_context(|| format!("node calls itself {version}"))?;
    if major < OLDEST_NODE {
        bail!(
            "node is {}: install Node.js {OLDEST_NODE} or newer",
            version.trim()
        );
    }
    Ok(())
}
