//! Makes the process that becomes a sandbox's first.

use std::os::fd::{AsRawFd, OwnedFd};

use nix::libc;
use nix::unistd::Pid;

use super::{Result, check};

/// Beyond the 32 bits that `clone` has for flags.
const CLONE_INTO_CGROUP: u64 = 1 << 33;

/// Which side of the clone this is.
pub(crate) enum Clone {
    /// The caller; the child's process id as the caller sees it.
    Parent(Pid),
    /// The new process.
    Child,
}

/// Clones the calling process into new user, mount, pid, ipc, uts and network namespaces, and into a
/// control group, when one is given: a process that is born there need not be moved, which is slow.
///
/// The caller must have one thread: the child goes on with a copy of its memory.
pub(crate) fn into_new_namespaces(group: Option<&OwnedFd>) -> Result<Clone> {
    let flags = libc::CLONE_NEWUSER
        | libc::CLONE_NEWNS
        | libc::CLONE_NEWPID
        | libc::CLONE_NEWIPC
        | libc::CLONE_NEWUTS
        | libc::CLONE_NEWNET;
    // SAFETY: an all-zero clone_args is a valid value of this plain C struct.
    let mut arguments: libc::clone_args = unsafe { std::mem::zeroed() };
    arguments.flags = flags as u64;
    if let Some(group) = group {
        arguments.flags |= CLONE_INTO_CGROUP;
        arguments.cgroup = u64::from(group.as_raw_fd().unsigned_abs());
    }
    arguments.exit_signal = libc::SIGCHLD as u64;
    // SAFETY: without CLONE_VM and a stack this is fork: the child runs on a copy of everything.
    // The launcher has one thread, so no lock is held by a thread that the child lacks.
    let pid = unsafe {
        libc::syscall(
            libc::SYS_clone3,
            &raw mut arguments,
            size_of::<libc::clone_args>(),
        )
    };
    match check(pid, || "clone3(user, mount, pid, ipc, uts, net)".into())? {
        0 => Ok(Clone::Child),
        pid => Ok(Clone::Parent(Pid::from_raw(pid as libc::pid_t))),
    }
}

/// Forks the calling process.
///
/// The caller must have one thread, for the reason given at [`into_new_namespaces`].
pub(crate) fn fork() -> Result<Clone> {
    // SAFETY: init has one thread.
    match unsafe { libc::fork() } {
        0 => Ok(Clone::Child),
        pid => {
            let pid = check(i64::from(pid), || "fork()".into())?;
            Ok(Clone::Parent(Pid::from_raw(pid as libc::pid_t)))
        }
    }
}
