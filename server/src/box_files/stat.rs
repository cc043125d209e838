//! Tells what is at a path of a box.

use std::path::Path;

use nix::sys::stat::{SFlag, fstat};
use upstash_box_wasm::api_types::{FileKind, FileStat};

use super::list::{kind, mod_time};
use super::{FileError, kernel, opening};
use crate::sandbox::{OpenHow, Sandbox};

/// What is at `path`: a link itself, or with `follow` what it leads to.
///
/// # Errors
/// When nothing is there.
pub async fn stat(sandbox: &Sandbox, path: &Path, follow: bool) -> Result<FileStat, FileError> {
    let node = sandbox
        .open(path, OpenHow::Node { follow })
        .await
        .map_err(|error| opening(path, error))?;
    let stat = fstat(&node).map_err(|errno| kernel(path, errno.into()))?;
    Ok(FileStat {
        kind: match kind(&stat) {
            SFlag::S_IFREG => FileKind::File,
            SFlag::S_IFDIR => FileKind::Directory,
            SFlag::S_IFLNK => FileKind::Symlink,
            _ => FileKind::Other,
        },
        size: stat.st_size.unsigned_abs(),
        mod_time: mod_time(&stat),
        inode: stat.st_ino,
        version: format!(
            "{:x}-{:x}.{:x}-{:x}",
            stat.st_ino, stat.st_mtime, stat.st_mtime_nsec, stat.st_size
        ),
    })
}
