//! Opens files of the box for the server.
//!
//! Here, inside, every path is the box's own; the server gets a descriptor and never sees a path.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{Mode, SFlag, fstat, mkdirat};

use super::control::OpenHow;
use crate::linux::open::open_beneath;
use crate::linux::{Named, Result};

/// Never waits for the other end of a pipe, never makes a terminal ours.
const CAREFUL: OFlag = OFlag::O_NONBLOCK.union(OFlag::O_NOCTTY);

pub(super) fn open(root: BorrowedFd<'_>, path: &Path, how: OpenHow) -> Result<OwnedFd> {
    match how {
        OpenHow::Read => open_beneath(root, path, OFlag::O_RDONLY | CAREFUL, Mode::empty()),
        OpenHow::Directory => open_beneath(
            root,
            path,
            OFlag::O_RDONLY | OFlag::O_DIRECTORY,
            Mode::empty(),
        ),
        OpenHow::Write => open_to_write(root, path),
        OpenHow::Node { follow } => {
            let flags = OFlag::O_PATH;
            let flags = if follow {
                flags
            } else {
                flags | OFlag::O_NOFOLLOW
            };
            open_beneath(root, path, flags, Mode::empty())
        }
    }
}

fn open_to_write(root: BorrowedFd<'_>, path: &Path) -> Result<OwnedFd> {
    if let Some(parent) = path.parent() {
        make_directories(root, parent)?;
    }
    // Emptied as it is opened: otherwise overlayfs first copies all that a layer has of it.
    let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_TRUNC | CAREFUL;
    let file = open_beneath(root, path, flags, Mode::from_bits_truncate(0o644))?;
    let stat = fstat(&file).named(|| format!("fstat({})", path.display()))?;
    if SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT != SFlag::S_IFREG {
        return Err(Errno::EINVAL).named(|| format!("write({}), not a file", path.display()));
    }
    Ok(file)
}

/// Makes the directories of `path` that are missing.
pub(super) fn make_directories(root: BorrowedFd<'_>, path: &Path) -> Result<()> {
    let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
    let mut above = open_beneath(root, Path::new("/"), flags, Mode::empty())?;
    let mut made = PathBuf::from("/");
    for component in path.components() {
        let Component::Normal(name) = component else {
            continue;
        };
        made.push(name);
        above = match open_beneath(root, &made, flags, Mode::empty()) {
            Err(error) if error.errno == Errno::ENOENT => {
                match mkdirat(above.as_fd(), name, Mode::from_bits_truncate(0o755)) {
                    Ok(()) | Err(Errno::EEXIST) => {}
                    failed => failed.named(|| format!("mkdir({})", made.display()))?,
                }
                open_beneath(root, &made, flags, Mode::empty())?
            }
            opened => opened?,
        };
    }
    Ok(())
}
