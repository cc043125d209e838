//! Taking descriptors over: the control socket, which a process finds as its standard input.

use std::fs::File;
use std::os::fd::{AsFd, OwnedFd};

use nix::unistd::dup2_stdin;
use tokio::io::unix::AsyncFd;

use super::{Named, Result};

/// Takes over what standard input is, and keeps it from the programs that this process will run.
///
/// Standard input stays open, on nothing: a descriptor that is made later must not get its number, because
/// programs find theirs there.
pub(crate) fn take_stdin() -> Result<OwnedFd> {
    let taken = std::io::stdin().as_fd().try_clone_to_owned();
    let taken = taken.named(|| "dup(stdin)".into())?;
    let nothing = File::open("/dev/null").named(|| "open(/dev/null)".into())?;
    dup2_stdin(nothing).named(|| "dup2(stdin)".into())?;
    Ok(taken)
}

/// Closes all but the standard ones: what the server was started with and did not know of, like a pipe
/// of the shell that started it.
///
/// To be called once, at the start of the zygote, before it has opened anything.
pub(crate) fn close_inherited() -> Result<()> {
    // SAFETY: nothing in this process owns a descriptor beyond the standard ones yet.
    let returned = unsafe { nix::libc::syscall(nix::libc::SYS_close_range, 3, u32::MAX, 0) };
    super::check(returned, || "close_range(3, …)".into()).map(drop)
}

/// Lets the runtime wait for a socket.
pub(crate) fn register(socket: OwnedFd) -> std::io::Result<AsyncFd<OwnedFd>> {
    // SAFETY: an OwnedFd answers with the same descriptor for as long as it lives.
    Ok(unsafe { AsyncFd::register(socket) }?)
}
