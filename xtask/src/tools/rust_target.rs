//! The standard library for other targets than the host.

use std::path::Path;

use anyhow::Result;

use crate::program;
use crate::workspace::Workspace;

const WASM: &str = "wasm32-unknown-unknown";

/// Adds wasm32 to the toolchain when it isn't there.
pub(crate) fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    ensure_target(workspace, WASM)
}

/// Adds a target to the toolchain when it isn't there.
pub(crate) fn ensure_target(workspace: &Workspace, target: &str) -> Result<()> {
    let sysroot = program::read(workspace.command("rustc").args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(target)
        .join("lib");
    if library.is_dir() {
        return Ok(());
    }
    println!("   adding the Rust target {target}");
    program::run(workspace.command("rustup").args(["target", "add", target]))
}
