//! A sandbox: the namespaces and processes in which one box's commands run.
//!
//! A box has at most one sandbox at a time, started when there is work and stopped when it has been
//! idle for a while; the box's disk outlives it. The serving process never enters a namespace:
//! `launcher` does, in a process of its own, and becomes the sandbox's first process (`init`),
//! which does what `control` messages ask. When the server goes away, that process sees its
//! control socket close and ends, and the kernel ends everything else in the sandbox with it.

mod cgroup;
mod cgroups;
mod change_in_box;
mod connection;
mod control;
mod error;
mod handle;
mod hold;
mod host;
mod init;
pub mod launcher;
mod open_in_box;
mod path_bytes;
pub mod probe;
mod processes;
mod program;
mod root;
mod run;
mod session;
mod terminal;
mod zygote;

use std::path::PathBuf;
use std::time::Duration;

pub use error::SandboxError;
pub use handle::Sandbox;
pub use hold::{Held, Prepared};
pub use host::SandboxHost;
pub use run::{Killer, Run};
pub use session::{Session, SessionControl, WindowSize};

pub(crate) use control::{Change, OpenHow};

/// Where programs in a box find the proxy that is their way to the network.
pub const PROXY_PORT: u16 = 3128;

/// Where the parts of a box's file tree lie on the host.
#[derive(Clone, Debug)]
pub struct Disk {
    /// The root first, then what is mounted over it.
    pub mounts: Vec<DiskMount>,
}

/// One overlay of a disk.
#[derive(Clone, Debug)]
pub struct DiskMount {
    /// Absolute path in the box, `/` for the root.
    pub target: PathBuf,
    /// Read-only directories, topmost first.
    pub lowers: Vec<Lower>,
    /// Takes what the box writes.
    pub upper: PathBuf,
    /// Scratch space of the overlay, on the same filesystem as `upper`; made anew for each start.
    pub work: PathBuf,
}

/// One read-only directory under an overlay.
#[derive(Clone, Debug)]
pub enum Lower {
    /// A layer of ours, owned by the box's own users.
    Layer(PathBuf),
    /// A directory of the host, owned by the host's users.
    Host(PathBuf),
}

/// What a sandbox is made of.
#[derive(Clone, Debug)]
pub struct SandboxSpec {
    /// Also the host name inside.
    pub box_id: String,
    /// The file tree.
    pub disk: Disk,
    /// Locked for as long as any process of the sandbox lives, whatever happens to the server.
    pub lock_file: PathBuf,
    /// What it may use.
    pub limits: Limits,
}

/// What one sandbox may use.
///
/// A control group with controllers holds the sandbox as a whole to it. Without, the memory is that of
/// each process, the processes are those of each of its users, and processors are not limited.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Bytes of memory.
    pub memory_bytes: u64,
    /// Processes and threads.
    pub processes: u64,
    /// Processors' worth of time.
    pub processors: u32,
}

/// A command to run in a sandbox.
#[derive(Clone, Debug)]
pub struct Command {
    /// Program and arguments; the program is looked up on the PATH of `env`.
    pub argv: Vec<String>,
    /// The whole environment.
    pub env: Vec<(String, String)>,
    /// Absolute path in the box.
    pub cwd: String,
    /// Sends standard error down the same pipe as standard output.
    pub merge_stderr: bool,
    /// Given to the program as standard input, which then ends.
    pub stdin: Vec<u8>,
}

/// How a command ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Exit {
    /// Exit code; 128 + n when signal n ended it.
    pub code: i32,
    /// Processor time of the command and the children it waited for.
    pub cpu: Duration,
}
