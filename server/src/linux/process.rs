//! Processes: waiting, signalling, and what a process gives up.

use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd, RawFd};
use std::time::Duration;

use nix::errno::Errno;
use nix::libc;
use nix::sys::prctl;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::unistd::Pid;

use super::{Named, Result, check};

/// A child that has ended.
pub(crate) struct Ended {
    pub(crate) pid: Pid,
    /// Exit code; 128 + n when signal n ended it.
    pub(crate) code: i32,
    pub(crate) cpu: Duration,
}

/// What [`reap`] found.
pub(crate) enum Reaped {
    /// One child ended; there may be more.
    One(Ended),
    /// All children are running.
    NoneEnded,
    /// There is no child at all.
    NoChildren,
}

/// Collects one ended child without waiting.
pub(crate) fn reap() -> Result<Reaped> {
    let mut status = 0;
    // SAFETY: an all-zero rusage is a valid value of this plain C struct.
    let mut usage: libc::rusage = unsafe { std::mem::zeroed() };
    // SAFETY: both pointers are to locals that outlive the call.
    let pid = unsafe { libc::wait4(-1, &raw mut status, libc::WNOHANG, &raw mut usage) };
    match Errno::result(pid) {
        Ok(0) => Ok(Reaped::NoneEnded),
        Err(Errno::ECHILD) => Ok(Reaped::NoChildren),
        Err(errno) => Err(errno).named(|| "wait4(-1)".into()),
        Ok(pid) => Ok(Reaped::One(Ended {
            pid: Pid::from_raw(pid),
            code: if libc::WIFSIGNALED(status) {
                128 + libc::WTERMSIG(status)
            } else {
                libc::WEXITSTATUS(status)
            },
            cpu: duration(usage.ru_utime) + duration(usage.ru_stime),
        })),
    }
}

fn duration(time: libc::timeval) -> Duration {
    Duration::from_secs(time.tv_sec.unsigned_abs())
        + Duration::from_micros(time.tv_usec.unsigned_abs())
}

/// Waits until `pid` ends.
pub(crate) fn wait_for(pid: Pid) -> Result<()> {
    loop {
        match nix::sys::wait::waitpid(pid, None) {
            Err(Errno::EINTR) => {}
            waited => return waited.named(|| format!("waitpid({pid})")).map(drop),
        }
    }
}

/// Ends this process at once when its parent ends.
pub(crate) fn die_with_parent() -> Result<()> {
    prctl::set_pdeathsig(Signal::SIGKILL).named(|| "prctl(PR_SET_PDEATHSIG)".into())
}

/// Keeps other processes of the same user from tracing this one or reading its memory.
pub(crate) fn forbid_tracing() -> Result<()> {
    prctl::set_dumpable(false).named(|| "prctl(PR_SET_DUMPABLE, 0)".into())
}

/// No program run from here on gains privileges by being run.
pub(crate) fn forbid_new_privileges() -> Result<()> {
    prctl::set_no_new_privs().named(|| "prctl(PR_SET_NO_NEW_PRIVS)".into())
}

/// Blocks or unblocks the delivery of `signals`.
pub(crate) fn set_signal_mask(signals: &SigSet, how: SigmaskHow) -> Result<()> {
    nix::sys::signal::sigprocmask(how, Some(signals), None).named(|| "sigprocmask()".into())
}

/// Gives every signal its default action, which a program expects at its start.
pub(crate) fn reset_signal(signal: Signal) -> Result<()> {
    // SAFETY: the default action runs no code of ours.
    unsafe { nix::sys::signal::signal(signal, nix::sys::signal::SigHandler::SigDfl) }
        .named(|| format!("signal({signal}, default)"))
        .map(drop)
}

/// Passes a signal over, and lets the kernel collect children when it is SIGCHLD.
pub(crate) fn ignore_signal(signal: Signal) -> Result<()> {
    // SAFETY: ignoring runs no code of ours.
    unsafe { nix::sys::signal::signal(signal, nix::sys::signal::SigHandler::SigIgn) }
        .named(|| format!("signal({signal}, ignore)"))
        .map(drop)
}

/// A descriptor that stands for a process, and for no other when its number is used again.
pub(crate) fn handle(pid: Pid) -> Result<OwnedFd> {
    // SAFETY: plain values; the kernel makes a descriptor, closed on exec.
    let handle = unsafe { libc::syscall(libc::SYS_pidfd_open, pid.as_raw(), 0) };
    let handle = check(handle, || format!("pidfd_open({pid})"))?;
    // SAFETY: the kernel just made this descriptor for this process.
    Ok(unsafe { OwnedFd::from_raw_fd(handle as RawFd) })
}

/// Sends a signal to the process that a handle stands for.
pub(crate) fn kill_by_handle(handle: BorrowedFd<'_>, signal: Signal) -> Result<()> {
    let no_more: *const libc::siginfo_t = std::ptr::null();
    // SAFETY: plain values; without a siginfo the kernel fills in that of kill(2).
    let sent = unsafe {
        libc::syscall(
            libc::SYS_pidfd_send_signal,
            handle.as_raw_fd(),
            signal as libc::c_int,
            no_more,
            0,
        )
    };
    check(sent, || format!("pidfd_send_signal({signal})")).map(drop)
}

/// Becomes the root of the user namespace that the caller is in.
pub(crate) fn become_namespace_root(many_groups: bool) -> Result<()> {
    use nix::unistd::{Gid, Uid, setgroups, setresgid, setresuid};
    let (user, group) = (Uid::from_raw(0), Gid::from_raw(0));
    if many_groups {
        setgroups(&[]).named(|| "setgroups([])".into())?;
    }
    setresgid(group, group, group).named(|| "setresgid(0)".into())?;
    setresuid(user, user, user).named(|| "setresuid(0)".into())
}

/// Lets this process open as many files as its user may.
pub(crate) fn raise_descriptor_limit() -> Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE).named(|| "getrlimit(NOFILE)".into())?;
    setrlimit(Resource::RLIMIT_NOFILE, most, most).named(|| "setrlimit(NOFILE)".into())
}

/// Gives this process so much of a processor's time, and so much memory, and no dump of it at its end.
pub(crate) fn limit_work(processor_seconds: u64, memory_bytes: u64) -> Result<()> {
    for (resource, most) in [
        (Resource::RLIMIT_CPU, processor_seconds),
        (Resource::RLIMIT_AS, memory_bytes),
        (Resource::RLIMIT_CORE, 0),
    ] {
        setrlimit(resource, most, most).named(|| format!("setrlimit({resource:?})"))?;
    }
    Ok(())
}

/// Ends this process without running anything more of it.
pub(crate) fn exit_now(code: i32) -> ! {
    // SAFETY: ends the process; nothing is left to be unsound.
    unsafe { libc::_exit(code) }
}
