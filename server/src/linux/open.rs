//! Opening paths that hostile code may have prepared.

use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{OFlag, OpenHow, ResolveFlag, openat2};
use nix::sys::stat::Mode;

use super::{Named, Result};

/// How often a lookup that raced with a rename is made again.
const RACES: u32 = 16;

/// Opens `path` as if `root` were `/`: neither `..`, nor a symbolic link, nor a link of `/proc`
/// that stands for an open file leads out of it.
pub(crate) fn open_beneath(
    root: BorrowedFd<'_>,
    path: &Path,
    flags: OFlag,
    mode: Mode,
) -> Result<OwnedFd> {
    let how = OpenHow::new()
        .flags(flags | OFlag::O_CLOEXEC)
        .mode(mode)
        .resolve(ResolveFlag::RESOLVE_IN_ROOT | ResolveFlag::RESOLVE_NO_MAGICLINKS);
    let mut left = RACES;
    loop {
        match openat2(root, path, how) {
            Err(Errno::EAGAIN) if left > 0 => left -= 1,
            opened => return opened.named(|| format!("openat2({})", path.display())),
        }
    }
}

/// A handle of a directory of ours, good for naming it later and nothing else.
pub(crate) fn directory_handle(path: &Path) -> Result<OwnedFd> {
    nix::fcntl::open(
        path,
        OFlag::O_PATH | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .named(|| format!("open({})", path.display()))
}

/// Opens `path` under `root`; a link anywhere in it is an error.
pub(crate) fn open_below(root: BorrowedFd<'_>, path: &Path, flags: OFlag) -> Result<OwnedFd> {
    let how = OpenHow::new()
        .flags(flags | OFlag::O_CLOEXEC)
        .resolve(ResolveFlag::RESOLVE_BENEATH | ResolveFlag::RESOLVE_NO_SYMLINKS);
    let mut left = RACES;
    loop {
        match openat2(root, path, how) {
            Err(Errno::EAGAIN) if left > 0 => left -= 1,
            opened => return opened.named(|| format!("openat2({})", path.display())),
        }
    }
}

/// Opens a directory of ours for reading.
pub(crate) fn directory(path: &Path) -> Result<OwnedFd> {
    nix::fcntl::open(
        path,
        OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC,
        Mode::empty(),
    )
    .named(|| format!("open({})", path.display()))
}
