//! Sharing the data of a file.

use std::os::fd::{AsRawFd, OwnedFd};

use nix::libc;

use super::{Result, check};

/// Makes `target` the same as `source` without copying, where the filesystem can share data.
pub(crate) fn reflink(source: &OwnedFd, target: &OwnedFd) -> Result<()> {
    // SAFETY: takes two open descriptors as plain numbers.
    let returned = unsafe { libc::ioctl(target.as_raw_fd(), libc::FICLONE, source.as_raw_fd()) };
    check(i64::from(returned), || "ioctl(FICLONE)".into()).map(drop)
}
