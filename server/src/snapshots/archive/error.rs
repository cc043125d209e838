//! Why an archive could not be written or taken in.

use std::io;

use thiserror::Error;

use crate::linux::KernelError;
use crate::snapshots::LayerError;

/// The failures of reading and writing archives.
#[derive(Debug, Error)]
pub enum ArchiveError {
    /// It is broken, hostile, or of a kind that can't be read.
    #[error("{0}")]
    Refused(String),
    /// It holds more than may be taken in.
    #[error("{0}")]
    TooLarge(String),
    /// Something in the snapshot has no form in an archive.
    #[error("{0}")]
    NoForm(String),
    /// Nobody wants it any more.
    #[error("the transfer was given up")]
    Cancelled,
    /// The other side of a stream failed.
    #[error("the transfer broke off: {0}")]
    Stream(io::Error),
    /// A directory of ours failed.
    #[error(transparent)]
    Layer(#[from] LayerError),
}

impl ArchiveError {
    /// Refuses the archive with a sentence.
    pub fn refused(sentence: impl Into<String>) -> Self {
        Self::Refused(sentence.into())
    }
}

impl From<KernelError> for ArchiveError {
    fn from(error: KernelError) -> Self {
        Self::Layer(error.into())
    }
}

/// Readers and writers in the middle of a chain can say what they mean only inside an `io::Error`.
impl From<io::Error> for ArchiveError {
    fn from(error: io::Error) -> Self {
        match error.downcast::<Self>() {
            Ok(inner) => inner,
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => {
                Self::refused("the archive ends too early")
            }
            Err(error) => Self::Stream(error),
        }
    }
}

impl From<ArchiveError> for io::Error {
    fn from(error: ArchiveError) -> Self {
        Self::other(error)
    }
}
