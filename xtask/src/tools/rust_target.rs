//! The standard library for wasm32.

use std::path::Path;

use anyhow::Result;

use crate::program;
use crate::workspace::Workspace;

const TARGET: &str = "wasm32-unknown-unknown";

/// Adds the target to the toolchain when it isn't there.
pub(crate) fn ensure_wasm_target(workspace: &Workspace) -> Result<()> {
    let sysroot = program::read(workspace.command("rustc").args(["--print", "sysroot"]))?;
    let library = Path::new(sysroot.trim())
        .join("lib/rustlib")
        .join(TARGET)
        .join("lib");
    if library.is_dir() {
        return Ok(());
    }
    println!("   adding the Rust target {TARGET}");
    program::run(workspace.command("rustup").args(["target", "add", TARGET]))
}
