//! The C compiler for musl: the server's SQLite is C.

use anyhow::{Context, Result};

use crate::program;
use crate::workspace::Workspace;

use super::install_by_apt;

/// Installs it where that is possible and it isn't there.
pub(crate) fn ensure_musl_compiler(workspace: &Workspace) -> Result<()> {
    if program::read(workspace.command("musl-gcc").arg("--version")).is_ok() {
        return Ok(());
    }
    println!("   no musl-gcc found: asking the system's package manager");
    install_by_apt(workspace, &["musl-tools"])
        .context("no C compiler for musl: install it (Debian: `apt-get install musl-tools`)")
}
