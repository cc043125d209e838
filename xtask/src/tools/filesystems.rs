//! The programs that make the filesystems of the server's tests.

use std::path::Path;

use anyhow::{Result, bail};

use super::install_by_apt;
use crate::workspace::Workspace;

/// Programs, and the Debian packages that have them.
const PROGRAMS: [(&str, &str); 2] = [("mkfs.btrfs", "btrfs-progs"), ("mkfs.xfs", "xfsprogs")];
const FOLDERS: [&str; 4] = ["/usr/sbin", "/sbin", "/usr/bin", "/usr/local/sbin"];

/// Installs what is missing. Only root needs them: nobody else may mount what they make.
pub(crate) fn ensure_filesystem_programs(workspace: &Workspace) -> Result<()> {
    for (name, package) in PROGRAMS {
        let mut folders = FOLDERS.iter();
        let is_there = folders.any(|folder| Path::new(folder).join(name).exists());
        if !is_there && let Err(error) = install_by_apt(workspace, &[package]) {
            bail!("no {name}: `apt-get install {package}` ({error:#})");
        }
    }
    Ok(())
}
