//! What the server and a sandbox's first process say to each other.
//!
//! One JSON message a packet, over a socket that no code of the box can reach. Descriptors travel
//! beside the message. The server does not trust what it hears: the process shares its namespaces
//! with hostile code.

use std::net::SocketAddr;
use std::path::PathBuf;

use serde::{Deserialize, Serialize};

use super::path_bytes;

/// First message: what to build.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Setup {
    pub(super) host_name: String,
    /// Whether the box has a range of users or just one.
    pub(super) many_users: bool,
    pub(super) mounts: Vec<SetupMount>,
    pub(super) lock_file: PathBuf,
    pub(super) max_processes: u64,
    pub(super) max_memory_bytes: u64,
    pub(super) proxy_port: u16,
    /// The last descriptor beside the message is the control group to be in.
    pub(super) has_cgroup: bool,
}

/// One overlay; the root comes first.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct SetupMount {
    pub(super) target: PathBuf,
    pub(super) lowers: Vec<SetupLower>,
    pub(super) upper: PathBuf,
    pub(super) work: PathBuf,
}

/// One read-only directory under an overlay.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum SetupLower {
    Directory(PathBuf),
    /// A mount with mapped owners: the descriptor of this number beside the message.
    Mount(usize),
}

/// Later messages to the sandbox. `id` comes back in the answer.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Request {
    /// Descriptors: standard input, output and, unless it is merged, error.
    Run {
        id: u64,
        argv: Vec<String>,
        env: Vec<(String, String)>,
        #[serde(with = "path_bytes")]
        cwd: PathBuf,
    },
    /// The same in a new terminal, whose other side comes with the answer.
    RunInTerminal {
        id: u64,
        argv: Vec<String>,
        env: Vec<(String, String)>,
        #[serde(with = "path_bytes")]
        cwd: PathBuf,
        rows: u16,
        columns: u16,
    },
    /// Sends a signal to every process of the run's session. No answer.
    Signal { id: u64, signal: i32 },
    /// Kills every process of the run's session and all that these started. No answer.
    EndRun { id: u64 },
    /// Kills every process that holds a pipe of the run, whatever its session. No answer.
    EndHolders { id: u64 },
    /// The run will not be spoken of again. No answer.
    ForgetRun { id: u64 },
    /// Opens a file and hands it over.
    Open {
        id: u64,
        #[serde(with = "path_bytes")]
        path: PathBuf,
        how: OpenHow,
    },
    /// Connects to a port of the box's own loopback interface and hands the socket over, perhaps
    /// before it is connected.
    Connect { id: u64, address: SocketAddr },
    /// Makes, renames or removes a name.
    Change { id: u64, change: Change },
    /// Counts the processes besides the first.
    Count { id: u64 },
    /// Stops every process where it stands; answered when none runs.
    Freeze { id: u64 },
    /// Lists the files that stopped processes write to through shared mappings.
    Mapped { id: u64 },
    /// Lets them go on.
    Thaw { id: u64 },
    /// Kills every process and gives up the lock; answered when none is left.
    Finish { id: u64 },
    /// The same when there is no process; else answered with how many there are.
    FinishIfEmpty { id: u64 },
}

/// What a file is opened for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum OpenHow {
    /// Reading; never waits for a writer of a pipe.
    Read,
    /// Writing from the start; makes the file and the directories above it.
    Write,
    /// Listing a directory.
    Directory,
    /// Looking at what is there, whatever it is; a link itself unless it is followed.
    Node { follow: bool },
}

/// What is done to a name of the box. Paths are absolute.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum Change {
    /// Makes a directory; with `parents` also those above it, and one that exists is fine.
    MakeDirectory {
        #[serde(with = "path_bytes")]
        path: PathBuf,
        parents: bool,
    },
    /// Gives something another name; a file of that name is replaced.
    Rename {
        #[serde(with = "path_bytes")]
        from: PathBuf,
        #[serde(with = "path_bytes")]
        to: PathBuf,
    },
    /// Removes a file or, when it may be a directory, an empty one.
    Remove {
        #[serde(with = "path_bytes")]
        path: PathBuf,
        directory: bool,
    },
}

/// Messages from the sandbox.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Reply {
    /// Commands can run. Descriptors: the listener for the proxy, a handle of the launcher.
    Ready {
        /// Not when the kernel refused to make the first process in its control group.
        in_cgroup: bool,
        /// The launcher's process id.
        launcher: u32,
    },
    /// The sandbox could not be built.
    Failed {
        step: String,
        call: String,
        errno: i32,
    },
    /// Done. Descriptor: the file, after `Open`.
    Done { id: u64 },
    /// A run has begun. Descriptor: its terminal, after `RunInTerminal`.
    Began { id: u64, pid: i32 },
    /// How many, after `Count` or `FinishIfEmpty`.
    Counted { id: u64, processes: usize },
    /// Paths in the box, after `Mapped`.
    Paths { id: u64, paths: Vec<PathBuf> },
    /// Not done; the kernel's reason.
    Refused { id: u64, call: String, errno: i32 },
    /// A run's own process ended.
    Exit { id: u64, code: i32, cpu_ns: u64 },
}
