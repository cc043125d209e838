//! Subvolumes of btrfs: directories that can be copied whole, whatever they hold, at once.

use std::ffi::OsStr;
use std::os::fd::{AsRawFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::sys::stat::fstat;
use nix::sys::statfs::{BTRFS_SUPER_MAGIC, fstatfs};

use super::{Named, Result, open};

/// The root directory of each subvolume has this inode number.
const SUBVOLUME_INODE: u64 = 256;
const MAGIC: u8 = 0x94;
const NAME_BYTES: usize = 4088;

/// `struct btrfs_ioctl_vol_args`.
#[repr(C)]
pub(crate) struct Arguments {
    fd: i64,
    name: [u8; NAME_BYTES],
}

mod ioctl {
    nix::ioctl_write_ptr!(snapshot, super::MAGIC, 1, super::Arguments);
    nix::ioctl_write_ptr!(create, super::MAGIC, 14, super::Arguments);
}

/// Whether `directory` is the root of a subvolume.
pub(crate) fn is_subvolume(directory: &Path) -> bool {
    let Ok(directory) = open::directory(directory) else {
        return false;
    };
    fstatfs(&directory).is_ok_and(|found| found.filesystem_type() == BTRFS_SUPER_MAGIC)
        && fstat(&directory).is_ok_and(|stat| stat.st_ino == SUBVOLUME_INODE)
}

/// Makes an empty subvolume.
pub(crate) fn create_subvolume(above: &Path, name: &OsStr) -> Result<()> {
    let call = || {
        format!(
            "ioctl(subvolume create, {}/{})",
            above.display(),
            name.display()
        )
    };
    let (above, arguments) = (open::directory(above)?, arguments(-1, name).named(call)?);
    // SAFETY: the descriptor is open and the struct is the one that this ioctl reads.
    unsafe { ioctl::create(above.as_raw_fd(), &raw const arguments) }
        .named(call)
        .map(drop)
}

/// Makes a copy of the subvolume `source`, which shares all its data.
pub(crate) fn snapshot(source: &OwnedFd, above: &Path, name: &OsStr) -> Result<()> {
    let call = || {
        format!(
            "ioctl(snapshot create, {}/{})",
            above.display(),
            name.display()
        )
    };
    let above = open::directory(above)?;
    let arguments = arguments(i64::from(source.as_raw_fd()), name).named(call)?;
    // SAFETY: both descriptors are open and the struct is the one that this ioctl reads.
    unsafe { ioctl::snapshot(above.as_raw_fd(), &raw const arguments) }
        .named(call)
        .map(drop)
}

fn arguments(fd: i64, name: &OsStr) -> nix::Result<Arguments> {
    let mut arguments = Arguments {
        fd,
        name: [0; NAME_BYTES],
    };
    let name = name.as_bytes();
    // The rest stays zero, and one of it ends the name.
    match arguments.name.get_mut(..name.len()) {
        Some(place) if name.len() < NAME_BYTES => place.copy_from_slice(name),
        _ => return Err(Errno::ENAMETOOLONG),
    }
    Ok(arguments)
}
