//! Data on its way to the disk.

use std::fs::{self, File};

use super::{Named, Result};

/// Waits until everything written to the filesystem that `file` lies on has reached the disk.
pub(crate) fn filesystem_of(file: &File) -> Result<()> {
    nix::unistd::syncfs(file).named(|| "syncfs()".into())
}

/// Names this run of the machine: another name means that it went down in between.
pub(crate) fn boot_id() -> Result<String> {
    let path = "/proc/sys/kernel/random/boot_id";
    let id = fs::read_to_string(path).named(|| format!("read({path})"))?;
    Ok(id.trim().to_owned())
}
