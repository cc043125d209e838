//! Pseudo-terminals.

use std::os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, OwnedFd};

use nix::errno::Errno;
use nix::libc;

use super::{Named, Result};

/// Lets the other side of a terminal be opened.
pub(crate) fn unlock(master: BorrowedFd<'_>) -> Result<()> {
    let unlocked: libc::c_int = 0;
    // SAFETY: the pointer is to a local that outlives the call, which only reads it.
    let done = unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCSPTLCK, &raw const unlocked) };
    Errno::result(done)
        .named(|| "ioctl(TIOCSPTLCK)".into())
        .map(drop)
}

/// The number under which the other side is found in /dev/pts.
pub(crate) fn number(master: BorrowedFd<'_>) -> Result<u32> {
    let mut number: libc::c_uint = 0;
    // SAFETY: the pointer is to a local that outlives the call.
    let done = unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCGPTN, &raw mut number) };
    Errno::result(done).named(|| "ioctl(TIOCGPTN)".into())?;
    Ok(number)
}

/// The other side, opened without looking up a name that the box may have changed.
pub(crate) fn other_side(master: BorrowedFd<'_>) -> Result<OwnedFd> {
    let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
    // SAFETY: takes plain flags.
    let opened = unsafe { libc::ioctl(master.as_raw_fd(), libc::TIOCGPTPEER, flags) };
    let opened = Errno::result(opened).named(|| "ioctl(TIOCGPTPEER)".into())?;
    // SAFETY: the kernel just made this descriptor for this process.
    Ok(unsafe { OwnedFd::from_raw_fd(opened) })
}

/// Tells the programs in a terminal how large it is.
pub(crate) fn set_size(terminal: impl AsFd, rows: u16, columns: u16) -> Result<()> {
    let size = libc::winsize {
        ws_row: rows,
        ws_col: columns,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    let terminal = terminal.as_fd().as_raw_fd();
    // SAFETY: the pointer is to a local that outlives the call, which only reads it.
    let done = unsafe { libc::ioctl(terminal, libc::TIOCSWINSZ, &raw const size) };
    Errno::result(done)
        .named(|| "ioctl(TIOCSWINSZ)".into())
        .map(drop)
}

/// Makes a terminal the one that controls the caller's session, which must have none.
pub(crate) fn take_control(terminal: BorrowedFd<'_>) -> nix::Result<()> {
    // SAFETY: takes a plain number.
    let done = unsafe { libc::ioctl(terminal.as_raw_fd(), libc::TIOCSCTTY, 0) };
    Errno::result(done).map(drop)
}
