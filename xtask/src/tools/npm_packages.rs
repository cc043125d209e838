//! Node, the root package's development dependencies, and those of suites with lock files of their own.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::program;
use crate::workspace::Workspace;

const OLDEST_NODE: u32 = 20;
/// npm's names of the files that say what is to be installed, and how.
const MANIFESTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

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

/// Installs in `folder` what the manifests of `suite` name, when it is not what the lock file says.
pub(crate) fn ensure_locked_packages(
    workspace: &Workspace,
    suite: &Path,
    folder: &Path,
) -> Result<()> {
    ensure_node(workspace)?;
    let lock = suite.join("package-lock.json");
    let lock = fs::read(&lock).with_context(|| format!("could not read {}", lock.display()))?;
    let installed = folder.join("node_modules/.installed-lock.json");
    if fs::read(&installed).is_ok_and(|installed| installed == lock) {
        return Ok(());
    }
    fs::create_dir_all(folder).with_context(|| format!("could not make {}", folder.display()))?;
    for name in MANIFESTS {
        let copy = folder.join(name);
        fs::copy(suite.join(name), &copy)
            .with_context(|| format!("could not write {}", copy.display()))?;
    }
    // Not `npm ci`: it refuses a lock file that lacks optional packages of other platforms, and
    // those that a registry doesn't have can't be locked. What is locked is installed as locked.
    program::run(
        workspace
            .command("npm")
            .current_dir(folder)
            .args(["install", "--loglevel=error"]),
    )?;
    fs::write(&installed, lock).with_context(|| format!("could not write {}", installed.display()))
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
