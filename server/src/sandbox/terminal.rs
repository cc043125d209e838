//! A terminal of the box: one side for a program, the other for the server.

use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use nix::fcntl::OFlag;
use nix::sys::stat::Mode;

use crate::linux::open::open_beneath;
use crate::linux::{Result, terminal};

/// Both sides of a new terminal.
pub(super) struct Terminal {
    /// The server's side. Does not block.
    pub(super) master: OwnedFd,
    /// The program's side.
    pub(super) slave: OwnedFd,
    /// How /proc shows the program's side.
    pub(super) name: String,
}

impl Terminal {
    /// Opens one in the box's own /dev/pts, where programs find it under its name.
    pub(super) fn open(root: BorrowedFd<'_>, rows: u16, columns: u16) -> Result<Self> {
        let flags = OFlag::O_RDWR | OFlag::O_NOCTTY | OFlag::O_NONBLOCK;
        let master = open_beneath(root, Path::new("/dev/pts/ptmx"), flags, Mode::empty())?;
        terminal::unlock(master.as_fd())?;
        terminal::set_size(&master, rows, columns)?;
        Ok(Self {
            slave: terminal::other_side(master.as_fd())?,
            name: format!("/dev/pts/{}", terminal::number(master.as_fd())?),
            master,
        })
    }
}
