//! Why something with a disk failed.

use std::io;
use std::path::{Path, PathBuf};

use nix::errno::Errno;

use crate::linux::KernelError;

/// What was being done to which directory, and why it failed.
#[derive(Debug, thiserror::Error)]
pub enum LayerError {
    /// A call on the host's filesystem failed.
    #[error("{action} {}: {source}", .path.display())]
    Io {
        /// What was being done.
        action: &'static str,
        /// To what.
        path: PathBuf,
        /// Why it failed.
        source: io::Error,
    },
    /// A call on a layer failed.
    #[error(transparent)]
    Kernel(#[from] KernelError),
    /// The image can't serve as a root.
    #[error("the image {} is not a directory", .0.display())]
    NoImage(PathBuf),
    /// An image that boxes stand on is not here any more.
    #[error(
        "the image {0} is gone from the data directory; start the server with the --runtime that \
         brings it"
    )]
    ImageGone(String),
    /// Subvolumes were asked for and can't be made.
    #[error(
        "--storage btrfs: {} can't hold subvolumes ({source}); put the data directory on btrfs, or \
         leave --storage out", .path.display()
    )]
    NoSubvolumes {
        /// The data directory.
        path: PathBuf,
        /// Why not.
        source: KernelError,
    },
    /// Processes of an earlier server are still at work in a box.
    #[error("box {0} is still in use by another process")]
    BoxInUse(String),
}

impl LayerError {
    /// Whether something can't be moved because it would have to be copied.
    pub(super) fn crosses_filesystems(&self) -> bool {
        matches!(self, Self::Io { source, .. } if source.kind() == io::ErrorKind::CrossesDevices)
    }

    /// Whether directories are nested deeper than a path is long.
    pub fn is_too_deep(&self) -> bool {
        matches!(self, Self::Kernel(error) if error.errno == Errno::ENAMETOOLONG)
    }

    /// Whether the disk or a quota is full.
    pub fn is_storage_full(&self) -> bool {
        match self {
            Self::Io { source, .. } => matches!(
                source.kind(),
                io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded
            ),
            Self::Kernel(error) => matches!(error.errno, Errno::ENOSPC | Errno::EDQUOT),
            Self::NoImage(_)
            | Self::ImageGone(_)
            | Self::NoSubvolumes { .. }
            | Self::BoxInUse(_) => false,
        }
    }
}

/// Says what was being done to which path.
pub(super) trait On<T> {
    fn on(self, action: &'static str, path: &Path) -> Result<T, LayerError>;
}

impl<T> On<T> for io::Result<T> {
    fn on(self, action: &'static str, path: &Path) -> Result<T, LayerError> {
        self.map_err(|source| LayerError::Io {
            action,
            path: path.to_path_buf(),
            source,
        })
    }
}
