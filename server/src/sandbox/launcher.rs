//! Builds a sandbox, in a process of its own.
//!
//! It starts as a fork of the zygote, with one thread, an empty environment and the sandbox's control
//! socket. The process itself stays outside as the parent; its child is the sandbox's `init`. When either
//! ends, so does the other, and with `init` everything in the sandbox.

use std::fs::{self, File};
use std::io::{PipeReader, PipeWriter, Read, Write};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::fcntl::{Flock, FlockArg};
use nix::sys::stat::{Mode, umask};
use seccompiler::BpfProgram;

use super::control::{Reply, Setup};
use super::root::{Stage, build_root};
use super::{init, zygote};
use crate::linux::clone::{Clone, into_new_namespaces};
use crate::linux::id_map::IdMap;
use crate::linux::{self, KernelError, Named, capabilities, filter, loopback, process, socket};

/// A limit of processes counts each user's alone. How many times that all users together may have; more
/// than one, because a number is used again only after all others were.
const USERS_WORTH: u64 = 4;

/// Under memory pressure the kernel ends a box's programs before anything of the host.
const OUT_OF_MEMORY_PREFERENCE: &str = "800";

/// A step of the set-up that failed.
#[derive(Debug)]
pub(super) struct SetupError {
    pub(super) step: &'static str,
    pub(super) source: KernelError,
}

/// Says which step a kernel call belongs to.
pub(super) trait Step<T> {
    fn step(self, step: &'static str) -> Result<T, SetupError>;
}

impl<T> Step<T> for linux::Result<T> {
    fn step(self, step: &'static str) -> Result<T, SetupError> {
        self.map_err(|source| SetupError { step, source })
    }
}

/// Runs the hidden subcommand; the answer is the exit code of the process.
pub fn main() -> i32 {
    match std::env::args().nth(2).as_deref() {
        Some("hold-user-namespace") => hold_user_namespace(),
        _ => zygote::main(),
    }
}

/// Builds the sandbox that the control socket asks for, with `filter` around it; the answer is the exit code of the
/// process.
pub(super) fn launch(control: OwnedFd, filter: &BpfProgram) -> i32 {
    let Prepared {
        setup,
        mut mounts,
        lock,
        maps: (mut wait_for_maps, mut maps_written),
        own,
    } = match prepare(control.as_fd()) {
        Ok(prepared) => prepared,
        Err(error) => return report(control.as_fd(), &error),
    };
    let cgroup = mounts.pop_if(|_| setup.has_cgroup);
    let (cloned, in_cgroup) = match cgroup
        .as_ref()
        .map(|group| into_new_namespaces(Some(group)))
    {
        Some(Ok(cloned)) => (Ok(cloned), true),
        // Not there, or not ours to use: the sandbox works without.
        None | Some(Err(_)) => (into_new_namespaces(None), false),
    };
    drop(cgroup);
    match cloned.step("make the namespaces") {
        Err(error) => report(control.as_fd(), &error),
        Ok(Clone::Parent(child)) => {
            let map = if setup.many_users {
                IdMap::Range
            } else {
                IdMap::OneUser
            };
            if let Err(error) = map.write_for(child).step("map the users") {
                // The child gives up when the pipe closes without a byte.
                return report(control.as_fd(), &error);
            }
            // A child that is gone already has said why.
            let _ = maps_written.write_all(&[1]);
            // From here on the child alone decides when the server sees the socket close.
            drop((control, maps_written, wait_for_maps, mounts, own));
            let waited = process::wait_for(child);
            // Both have the same lock, so to drop it earlier would take it from the child.
            drop(lock);
            i32::from(waited.is_err())
        }
        Ok(Clone::Child) => {
            drop(maps_written);
            if wait_for_maps.read_exact(&mut [0]).is_err() {
                return 1;
            }
            drop(wait_for_maps);
            let birth = Birth {
                launcher: own,
                in_cgroup,
            };
            match init_of(&setup, mounts, control.as_fd(), lock, birth, filter) {
                Ok(()) => 0,
                Err(error) => report(control.as_fd(), &error),
            }
        }
    }
}

/// Tells the server what failed; the answer is the exit code.
pub(super) fn report(control: BorrowedFd<'_>, error: &SetupError) -> i32 {
    let reply = Reply::Failed {
        step: error.step.into(),
        call: error.source.call.clone(),
        errno: error.source.errno as i32,
    };
    // Nobody is left to tell when this fails: the server sees the socket close.
    let _ = init::send(control, &reply, &[]);
    1
}

/// What the server is told of a sandbox's first process.
pub(super) struct Birth {
    /// The process above it.
    pub(super) launcher: (u32, OwnedFd),
    pub(super) in_cgroup: bool,
}

struct Prepared {
    setup: Setup,
    mounts: Vec<OwnedFd>,
    lock: Flock<File>,
    /// How the child learns that its users are mapped.
    maps: (PipeReader, PipeWriter),
    /// This process.
    own: (u32, OwnedFd),
}

fn prepare(control: BorrowedFd<'_>) -> Result<Prepared, SetupError> {
    let (setup, mounts) = receive_setup(control).step("read what to build")?;
    let lock = lock(&setup).step("lock the box")?;
    // All of the box inherits it. Later, as a process that can't be traced, it could not say so itself.
    // Absent where /proc is not the kernel's own.
    let _ = fs::write("/proc/self/oom_score_adj", OUT_OF_MEMORY_PREFERENCE);
    let maps = std::io::pipe()
        .named(|| "pipe()".into())
        .step("make a pipe")?;
    let own = zygote::own_handle().step("name the launcher")?;
    Ok(Prepared {
        setup,
        mounts,
        lock,
        maps,
        own,
    })
}

/// Everything that the child does before and while it is the sandbox's first process.
fn init_of(
    setup: &Setup,
    mounts: Vec<OwnedFd>,
    control: BorrowedFd<'_>,
    lock: Flock<File>,
    birth: Birth,
    filter: &BpfProgram,
) -> Result<(), SetupError> {
    umask(Mode::empty());
    // As the server's user, who alone may reach these directories.
    let stage = Stage::open(setup, mounts)?;
    process::become_namespace_root(setup.many_users).step("become the box's root")?;
    build_root(stage, setup.max_processes.saturating_mul(USERS_WORTH))?;
    nix::unistd::sethostname(&setup.host_name)
        .named(|| "sethostname()".into())
        .step("name the host")?;
    loopback::bring_up().step("bring the loopback interface up")?;
    let proxy = loopback::listen(setup.proxy_port).step("listen for the proxy")?;
    umask(Mode::from_bits_truncate(0o022));
    limit(setup).step("set the limits")?;
    capabilities::drop_all_but_kept().step("drop capabilities")?;
    process::die_with_parent().step("end with the launcher")?;
    process::forbid_tracing().step("forbid tracing")?;
    process::forbid_new_privileges().step("forbid new privileges")?;
    filter::apply(filter).step("filter system calls")?;
    init::serve(control, proxy, lock, birth).step("serve the sandbox")
}

fn limit(setup: &Setup) -> linux::Result<()> {
    use nix::sys::resource::{Resource, setrlimit};
    let limits = [
        (Resource::RLIMIT_NPROC, setup.max_processes),
        // What a single process may fill; reservations that are never written don't count.
        (Resource::RLIMIT_DATA, setup.max_memory_bytes),
        (Resource::RLIMIT_CORE, 0),
    ];
    for (resource, value) in limits {
        setrlimit(resource, value, value).named(|| format!("setrlimit({resource:?})"))?;
    }
    Ok(())
}

fn receive_setup(control: BorrowedFd<'_>) -> linux::Result<(Setup, Vec<OwnedFd>)> {
    let mut buffer = vec![0; socket::MAX_MESSAGE];
    let (length, mounts) = socket::receive(control, &mut buffer)?;
    let setup =
        serde_json::from_slice(buffer.get(..length).unwrap_or_default()).map_err(|error| {
            KernelError {
                call: format!("parse what to build ({error})"),
                errno: nix::errno::Errno::EINVAL,
            }
        })?;
    Ok((setup, mounts))
}

/// Takes the box's lock, which an earlier sandbox of the box may still be giving up.
fn lock(setup: &Setup) -> linux::Result<Flock<File>> {
    let path = &setup.lock_file;
    let file = File::options()
        .create(true)
        .truncate(false)
        .write(true)
        .open(path)
        .named(|| format!("open({})", path.display()))?;
    Flock::lock(file, FlockArg::LockExclusive).map_err(|(_, errno)| KernelError {
        call: format!("flock({})", path.display()),
        errno,
    })
}

/// Waits in a new user namespace until standard input closes.
fn hold_user_namespace() -> i32 {
    if nix::sched::unshare(nix::sched::CloneFlags::CLONE_NEWUSER).is_err() {
        return 1;
    }
    let mut ready = std::io::stdout();
    if ready.write_all(b"x").and_then(|()| ready.flush()).is_err() {
        return 1;
    }
    let _ = std::io::stdin().read(&mut [0]);
    0
}
