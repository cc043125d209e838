//! Merges a stack of layers into one that looks the same on top of the same image.
//!
//! Files are linked, not copied: layers are never written again, so both may share them. Only
//! directories and whiteouts are made anew.

use std::ffi::OsStr;
use std::fs::File;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};

use nix::fcntl::{AT_FDCWD, AtFlags, OFlag, openat};
use nix::sys::stat::{Mode, SFlag, fchmod, fstat, futimens, mkdirat, mknodat};
use nix::sys::time::TimeSpec;
use nix::unistd::{fchown, linkat};
use xattr::FileExt;

use super::view::{self, Floor, Node, OPAQUE, OVERLAY_ATTRIBUTES, Place};
use crate::linux::{self, Named};

/// Merges `stack` (directories, topmost first) into `target`, an empty directory.
pub(super) fn flatten(stack: &[PathBuf], target: &Path) -> linux::Result<()> {
    let floors: Vec<_> = stack
        .iter()
        .map(|path| Floor::open(path))
        .collect::<Result<_, _>>()?;
    let Node::Directory { places, opaque } = view::root(&floors) else {
        return Ok(());
    };
    let target = open_directory(None, target.as_os_str())?;
    fill(&places, opaque, &target)
}

/// Fills a directory, then makes it look like the topmost of those it is merged from.
fn fill(places: &[Place], opaque: bool, target: &OwnedFd) -> linux::Result<()> {
    for (name, node) in view::children(places)? {
        match node {
            Node::Removed => whiteout(target, &name)?,
            Node::Other(place) => link(&place, target, &name)?,
            Node::Directory { places, opaque } => {
                mkdirat(target.as_fd(), name.as_os_str(), Mode::S_IRWXU)
                    .named(|| format!("mkdir({})", name.display()))?;
                fill(&places, opaque, &open_directory(Some(target), &name)?)?;
            }
        }
    }
    match places.first() {
        Some(topmost) => dress(topmost, opaque, target),
        None => Ok(()),
    }
}

fn link(place: &Place, target: &OwnedFd, name: &OsStr) -> linux::Result<()> {
    linkat(AT_FDCWD, &place.host_path(), target, name, AtFlags::empty())
        .named(|| format!("link({})", place.host_path().display()))
}

fn whiteout(target: &OwnedFd, name: &OsStr) -> linux::Result<()> {
    mknodat(target, name, SFlag::S_IFCHR, Mode::empty(), 0)
        .named(|| format!("mknod({}, whiteout)", name.display()))
}

fn open_directory(above: Option<&OwnedFd>, name: &OsStr) -> linux::Result<OwnedFd> {
    let above = above.map_or(AT_FDCWD, |above| above.as_fd());
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_NOFOLLOW | OFlag::O_CLOEXEC;
    openat(above, name, flags, Mode::empty()).named(|| format!("open({})", name.display()))
}

/// Gives a directory the attributes, owner, mode and times of another. In this order: a change of
/// owner clears bits of the mode, and every change touches the times.
fn dress(like: &Place, opaque: bool, target: &OwnedFd) -> linux::Result<()> {
    let call = || format!("copy metadata({})", like.host_path().display());
    let source = like.open(OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
    copy_attributes(&source, opaque, target).named(call)?;
    let stat = fstat(&source).named(call)?;
    fchown(target, Some(stat.st_uid.into()), Some(stat.st_gid.into())).named(call)?;
    fchmod(target, Mode::from_bits_truncate(stat.st_mode)).named(call)?;
    let accessed = TimeSpec::new(stat.st_atime, stat.st_atime_nsec);
    let modified = TimeSpec::new(stat.st_mtime, stat.st_mtime_nsec);
    futimens(target, &accessed, &modified).named(call)
}

fn copy_attributes(source: &OwnedFd, opaque: bool, target: &OwnedFd) -> io::Result<()> {
    let source = File::from(source.try_clone()?);
    let target = File::from(target.try_clone()?);
    for name in source.list_xattr()? {
        let own = name.to_string_lossy().starts_with(OVERLAY_ATTRIBUTES);
        if let (false, Some(value)) = (own, source.get_xattr(&name)?) {
            target.set_xattr(&name, &value)?;
        }
    }
    if opaque {
        target.set_xattr(OPAQUE, b"y")?;
    }
    Ok(())
}
