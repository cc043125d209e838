//! The programs that make the filesystems of the server's tests.

use std::path::Path;

use anyhow::{Result, bail};

use crate::program;
use crate::workspace::Workspace;

/// Programs, and the Debian packages that have them.
const PROGRAMS: [(&str, &str); 2] = [("mkfs.btrfs", "btrfs-progs"), ("mkfs.xfs", "xfsprogs")];

/// Installs what is missing. Only root needs them: nobody else may mount what they make.
pub(crate) fn ensure_filesystem_programs(workspace: &Workspace) -> Result<()> {
    for (name, package) in PROGRAMS {
        let is_there = ["/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin"]
            .iter()
            .any(|folder| Path::new(folder).join(name).exists());
        if is_there {
            continue;
        }
        let install = "apt-get update && apt-get install --yes --no-install-recommends \"$0\"";
        let mut command = workspace.command("sh");
        let command = command
            .args(["-c", install, package])
            .env("DEBIAN_FRONTEND", "noninteractive");
        if let Err(error) = program::run(command) {
            bail!("no {name}: `apt-get install {package}` ({error:#})");
        }
    }
    Ok(())
}
