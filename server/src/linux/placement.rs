//! Where ext4 puts new directories.

use std::os::fd::AsRawFd;
use std::path::Path;
use std::time::Duration;

use nix::fcntl::OFlag;
use nix::libc;
use nix::sys::stat::Mode;
use nix::time::{ClockId, clock_gettime};

use super::{Named, Result, open};

/// `EXT4_TOPDIR_FL`: what is made in here has nothing to do with its neighbours.
const TOP_DIRECTORY: libc::c_long = 0x2_0000;

mod ioctl {
    nix::ioctl_read!(flags, b'f', 1, nix::libc::c_long);
    nix::ioctl_write_ptr!(set_flags, b'f', 2, nix::libc::c_long);
}

/// Spreads the directories that will be made in `directory` over the disk.
///
/// Otherwise all boxes share one group of inodes. Without a journal ext4 uses no inode again for a minute
/// after it was freed, and looks at each of those one by one whenever it makes a file: a box that had
/// thousands of files would make all others slow by being deleted.
///
/// # Errors
/// Other filesystems than ext4 have no such flag, and don't need it.
pub(crate) fn spread(directory: &Path) -> Result<()> {
    let opened = open::directory(directory)?;
    let mut flags = 0;
    // SAFETY: the descriptor is open, and this ioctl writes at most one such number.
    unsafe { ioctl::flags(opened.as_raw_fd(), &raw mut flags) }
        .named(|| format!("ioctl(get flags, {})", directory.display()))?;
    let flags = flags | TOP_DIRECTORY;
    // SAFETY: the descriptor is open, and this ioctl reads at most one such number.
    unsafe { ioctl::set_flags(opened.as_raw_fd(), &raw const flags) }
        .named(|| format!("ioctl(set flags, {})", directory.display()))
        .map(drop)
}

/// How long the kernel works to find room for a file in `directory`, waiting left out.
///
/// # Errors
/// Not every filesystem makes files without a name, by which nothing is left of the attempt.
pub(crate) fn time_to_make_a_file(directory: &Path) -> Result<Duration> {
    let now = || clock_gettime(ClockId::CLOCK_THREAD_CPUTIME_ID).map(Duration::from);
    let started = now().named(|| "clock_gettime()".into())?;
    nix::fcntl::open(
        directory,
        OFlag::O_TMPFILE | OFlag::O_WRONLY | OFlag::O_CLOEXEC,
        Mode::S_IRUSR | Mode::S_IWUSR,
    )
    .named(|| format!("open({}, O_TMPFILE)", directory.display()))?;
    Ok(now()
        .named(|| "clock_gettime()".into())?
        .saturating_sub(started))
}
