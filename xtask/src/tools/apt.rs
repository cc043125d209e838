//! Programs from Debian's packages, where we may install them.

use anyhow::Result;

use crate::program;
use crate::workspace::Workspace;

/// Whether a program of this name is on PATH.
pub(crate) fn is_on_path(name: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|folder| folder.join(name).is_file())
}

/// Installs packages: root may; others may when sudo asks nothing.
pub(crate) fn install_by_apt(workspace: &Workspace, packages: &[&str]) -> Result<()> {
    let install = format!(
        "apt-get update && apt-get install --yes --no-install-recommends {}",
        packages.join(" ")
    );
    let root = program::is_root();
    let mut command = workspace.command(if root { "sh" } else { "sudo" });
    if !root {
        command.args(["--non-interactive", "sh"]);
    }
    program::run(
        command
            .args(["-c", &install])
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}
