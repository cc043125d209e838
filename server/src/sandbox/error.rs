//! Why something in a sandbox could not be done.

use std::path::PathBuf;

use nix::errno::Errno;

use crate::linux::KernelError;

/// Why a sandbox, or something in it, failed.
#[derive(Debug, thiserror::Error)]
pub enum SandboxError {
    /// The process that builds sandboxes can't be started.
    #[error("the launcher could not be started: {0}")]
    Launcher(#[source] std::io::Error),
    /// A step of building the sandbox failed.
    #[error("the sandbox could not be built: {step}: {source}")]
    Setup {
        /// What was being done.
        step: String,
        /// The call that failed.
        source: KernelError,
    },
    /// It ended before it could run anything.
    #[error("the sandbox ended while it was being built")]
    Unbuilt,
    /// The sandbox ended before the answer came.
    #[error("the sandbox ended")]
    Ended,
    /// It did not answer in time.
    #[error("the sandbox did not answer in time")]
    Unresponsive,
    /// The working directory of a command does not exist.
    #[error("no such directory: {}", .0.display())]
    NoSuchDirectory(PathBuf),
    /// Arguments and environment are longer than a command may have.
    #[error("arguments and environment of {0} bytes are too long")]
    CommandTooLong(usize),
    /// A call in the sandbox failed.
    #[error(transparent)]
    Kernel(KernelError),
    /// The server's own side of the connection failed.
    #[error("the connection to the sandbox failed: {0}")]
    Connection(#[source] std::io::Error),
}

impl SandboxError {
    /// Whether the disk or a quota is full.
    pub fn is_storage_full(&self) -> bool {
        matches!(self.errno(), Some(Errno::ENOSPC | Errno::EDQUOT))
    }

    /// The kernel's reason, when it gave one.
    pub fn errno(&self) -> Option<Errno> {
        match self {
            Self::Kernel(error) | Self::Setup { source: error, .. } => Some(error.errno),
            _ => None,
        }
    }
}
