//! Taking descriptors over: the control socket, which the launcher finds as its standard input.

use std::os::fd::{FromRawFd, OwnedFd};

use nix::fcntl::{FcntlArg, FdFlag, fcntl};
use tokio::io::unix::AsyncFd;

/// Takes over standard input and keeps it from the programs that this process will run.
///
/// To be called once, at the start of the launcher.
pub(crate) fn take_stdin() -> OwnedFd {
    // SAFETY: descriptor 0 was opened by the parent for this process alone, and the launcher
    // never touches `std::io::stdin` on this path.
    let socket = unsafe { OwnedFd::from_raw_fd(0) };
    // Programs get a standard input of their own in its place, so a failure here leaks nothing.
    let _ = fcntl(&socket, FcntlArg::F_SETFD(FdFlag::FD_CLOEXEC));
    socket
}

/// Lets the runtime wait for a socket.
pub(crate) fn register(socket: OwnedFd) -> std::io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd answers with the same descriptor for as long as it lives.
    Ok(unsafe { AsyncFd::register(socket) }?)
}
