//! Copies one entry with everything that overlayfs and programs keep in it: data with its holes,
//! attributes, owner, mode, times, whiteouts.
//!
//! Works between open directories and follows no link, because the source may belong to a box that
//! is running.

use std::ffi::OsStr;
use std::fs::File;
use std::ops::Range;
use std::os::fd::{AsFd, OwnedFd};

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, copy_file_range, openat, readlinkat};
use nix::sys::stat::{
    FileStat, Mode, SFlag, UtimensatFlags, fchmod, futimens, mkdirat, mknodat, utimensat,
};
use nix::sys::time::TimeSpec;
use nix::sys::uio::{pread, pwrite};
use nix::unistd::{Whence, fchown, fchownat, ftruncate, lseek, symlinkat};
use xattr::FileExt;

use super::view::kind;
use crate::linux::clone_file::reflink;
use crate::linux::{self, Named};

/// How much of a file is in memory at a time, where the kernel does not copy it.
const COPY_BYTES: usize = 1 << 20;

/// `st_blocks` counts in these, whatever the filesystem.
const BLOCK: i64 = 512;

/// Copies the entry `name`, which is not a directory. `may_share`: the copy of a file may stand on
/// the same data. `false` when it is gone, or has become one.
pub(super) fn entry(
    source: &OwnedFd,
    target: &OwnedFd,
    name: &OsStr,
    stat: &FileStat,
    may_share: bool,
) -> linux::Result<bool> {
    let copied = match kind(stat) {
        SFlag::S_IFREG => file(source, target, name, may_share),
        SFlag::S_IFLNK => link(source, target, name, stat),
        other => special(target, name, other, stat),
    };
    match copied {
        Err(Errno::ENOENT | Errno::ELOOP | Errno::EISDIR | Errno::ENXIO) => Ok(false),
        copied => copied
            .named(|| format!("copy({})", name.display()))
            .map(|()| true),
    }
}

/// Makes a directory that only we can use until [`look_like`] gives it its final look.
pub(super) fn make_directory(target: &OwnedFd, name: &OsStr) -> linux::Result<()> {
    mkdirat(target.as_fd(), name, Mode::S_IRWXU).named(|| format!("mkdir({})", name.display()))
}

/// Opens a directory of ours or of a box; `None` when it is gone or is none any more.
pub(super) fn open_directory(above: &OwnedFd, name: &OsStr) -> linux::Result<Option<OwnedFd>> {
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    match openat(above, name, flags, Mode::empty()) {
        Err(Errno::ENOENT | Errno::ELOOP | Errno::ENOTDIR) => Ok(None),
        opened => opened
            .named(|| format!("open({})", name.display()))
            .map(Some),
    }
}

fn file(source: &OwnedFd, target: &OwnedFd, name: &OsStr, may_share: bool) -> nix::Result<()> {
    let read = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK | OFlag::O_CLOEXEC;
    let from = openat(source, name, read, Mode::empty())?;
    let write = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
    let to = openat(target, name, write, Mode::S_IRUSR | Mode::S_IWUSR)?;
    // As it is now: it may have been written since the directory was listed.
    let stat = nix::sys::stat::fstat(&from)?;
    if kind(&stat) != SFlag::S_IFREG {
        return Err(Errno::ENXIO);
    }
    if !may_share || reflink(&from, &to).is_err() {
        data(&from, &to, &stat, may_share)?;
    }
    look_like(&from, &to, &stat, |_| true)
}

/// Copies what is data; what is a hole stays one.
fn data(from: &OwnedFd, to: &OwnedFd, stat: &FileStat, may_share: bool) -> nix::Result<()> {
    let length = stat.st_size;
    // Most files are small, and asking for their holes would take longer than reading them.
    if stat.st_blocks * BLOCK >= length && length <= COPY_BYTES as i64 {
        return range(from, to, 0..length, may_share);
    }
    ftruncate(to, length)?;
    let mut position = 0;
    while position < length {
        let start = match lseek(from, position, Whence::SeekData) {
            Err(Errno::ENXIO) => return Ok(()),
            start => start?,
        };
        let end = lseek(from, start, Whence::SeekHole)?.min(length);
        range(from, to, start..end, may_share)?;
        position = end.max(position + 1);
    }
    Ok(())
}

/// Copies as much of the range as there is: the file may have become shorter.
fn range(from: &OwnedFd, to: &OwnedFd, range: Range<i64>, may_share: bool) -> nix::Result<()> {
    let (mut read, mut written) = (range.start, range.start);
    while read < range.end {
        let rest = usize::try_from(range.end - read).unwrap_or(usize::MAX);
        let copied = if may_share {
            copy_file_range(from, Some(&mut read), to, Some(&mut written), rest)?
        } else {
            bytes(from, &mut read, to, &mut written, rest)?
        };
        if copied == 0 {
            break;
        }
    }
    Ok(())
}

/// The kernel may share what it copies for us, so where that is not wanted the bytes pass through
/// here.
fn bytes(
    from: &OwnedFd,
    read: &mut i64,
    to: &OwnedFd,
    written: &mut i64,
    most: usize,
) -> nix::Result<usize> {
    let mut buffer = vec![0; most.min(COPY_BYTES)];
    let length = pread(from, &mut buffer, *read)?;
    let mut rest = buffer.get(..length).unwrap_or_default();
    while !rest.is_empty() {
        let taken = pwrite(to, rest, *written)?;
        rest = rest.get(taken..).unwrap_or_default();
        *written += taken.cast_signed() as i64;
    }
    *read += length.cast_signed() as i64;
    Ok(length)
}

fn link(source: &OwnedFd, target: &OwnedFd, name: &OsStr, stat: &FileStat) -> nix::Result<()> {
    let points_to = match readlinkat(source, name) {
        // No link any more.
        Err(Errno::EINVAL) => return Err(Errno::ENOENT),
        points_to => points_to?,
    };
    symlinkat(points_to.as_os_str(), target, name)?;
    own(target, name, stat)
}

/// A pipe, a socket, or a whiteout: devices can't be made in a box.
fn special(target: &OwnedFd, name: &OsStr, kind: SFlag, stat: &FileStat) -> nix::Result<()> {
    let mode = Mode::from_bits_truncate(stat.st_mode);
    mknodat(target, name, kind, mode, stat.st_rdev)?;
    own(target, name, stat)
}

fn own(target: &OwnedFd, name: &OsStr, stat: &FileStat) -> nix::Result<()> {
    let (user, group) = (Some(stat.st_uid.into()), Some(stat.st_gid.into()));
    fchownat(target, name, user, group, AtFlags::AT_SYMLINK_NOFOLLOW)?;
    let (accessed, modified) = times(stat);
    utimensat(
        target,
        name,
        &accessed,
        &modified,
        UtimensatFlags::NoFollowSymlink,
    )
}

/// Gives an open file or directory the attributes that `keep` names, and the owner, mode and times
/// of another. In this order: a change of owner clears bits of the mode, and each change touches
/// the times.
pub(super) fn look_like(
    from: &OwnedFd,
    to: &OwnedFd,
    stat: &FileStat,
    keep: impl Fn(&OsStr) -> bool,
) -> nix::Result<()> {
    fchown(to, Some(stat.st_uid.into()), Some(stat.st_gid.into()))?;
    attributes(from, to, keep)
        .map_err(|error| error.raw_os_error().map_or(Errno::EIO, Errno::from_raw))?;
    fchmod(to, Mode::from_bits_truncate(stat.st_mode))?;
    let (accessed, modified) = times(stat);
    futimens(to, &accessed, &modified)
}

fn attributes(from: &OwnedFd, to: &OwnedFd, keep: impl Fn(&OsStr) -> bool) -> std::io::Result<()> {
    let from = File::from(from.try_clone()?);
    for name in from.list_xattr()?.filter(|name| keep(name)) {
        if let Some(value) = from.get_xattr(&name)? {
            File::from(to.try_clone()?).set_xattr(&name, &value)?;
        }
    }
    Ok(())
}

fn times(stat: &FileStat) -> (TimeSpec, TimeSpec) {
    (
        TimeSpec::new(stat.st_atime, stat.st_atime_nsec),
        TimeSpec::new(stat.st_mtime, stat.st_mtime_nsec),
    )
}
