//! Makes, renames and removes names of the box for the server, each in one call that can't wait.
//!
//! The directory above a name is opened first and the name is then used in it, so no link that
//! appears meanwhile leads elsewhere.

use std::ffi::OsStr;
use std::os::fd::{BorrowedFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, renameat};
use nix::sys::stat::{Mode, SFlag, fstatat, mkdirat};
use nix::unistd::{UnlinkatFlags, unlinkat};

use super::control::Change;
use super::open_in_box::make_directories;
use crate::linux::open::open_beneath;
use crate::linux::{Named, Result};

pub(super) fn change(root: BorrowedFd<'_>, change: &Change) -> Result<()> {
    match change {
        Change::MakeDirectory {
            path,
            parents: true,
        } => make_directories(root, path),
        Change::MakeDirectory { path, .. } => {
            let (above, name) = parent(root, path)?;
            mkdirat(&above, name, Mode::from_bits_truncate(0o755))
                .named(|| format!("mkdir({})", path.display()))
        }
        Change::Rename { from, to } => {
            let (from_above, from_name) = parent(root, from)?;
            let (to_above, to_name) = parent(root, to)?;
            renameat(&from_above, from_name, &to_above, to_name)
                .named(|| format!("rename({}, {})", from.display(), to.display()))
        }
        Change::Remove { path, directory } => remove(root, path, *directory),
    }
}

fn remove(root: BorrowedFd<'_>, path: &Path, directory: bool) -> Result<()> {
    let (above, name) = parent(root, path)?;
    let named = || format!("unlink({})", path.display());
    let stat = fstatat(&above, name, AtFlags::AT_SYMLINK_NOFOLLOW).named(named)?;
    let kind = SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT;
    let flag = match (kind == SFlag::S_IFDIR, directory) {
        (false, _) => UnlinkatFlags::NoRemoveDir,
        (true, true) => UnlinkatFlags::RemoveDir,
        (true, false) => return Err(Errno::EISDIR).named(named),
    };
    unlinkat(&above, name, flag).named(named)
}

/// The directory that holds the name, and the name in it.
fn parent<'path>(root: BorrowedFd<'_>, path: &'path Path) -> Result<(OwnedFd, &'path OsStr)> {
    let (Some(above), Some(name)) = (path.parent(), path.file_name()) else {
        return Err(Errno::EBUSY).named(|| format!("change({})", path.display()));
    };
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
    Ok((open_beneath(root, above, flags, Mode::empty())?, name))
}
