//! Why a box did not do what it was asked. Knows nothing of HTTP.

use thiserror::Error;

use super::secrets::SecretsError;
use crate::box_files::FileError;
use crate::outbound::OutboundError;
use crate::sandbox::SandboxError;
use crate::snapshots::{ArchiveError, LayerError};
use crate::store::StoreError;

/// The failures of this module and of the ones it calls.
#[derive(Debug, Error)]
pub enum BoxError {
    /// A member of the request breaks a rule.
    #[error("{0}")]
    InvalidArgument(String),
    /// No live box has this id or name.
    #[error("there is no box {0:?}, or it was deleted")]
    BoxNotFound(String),
    /// No snapshot has this id.
    #[error("there is no snapshot {0:?}, or it was deleted")]
    SnapshotNotFound(String),
    /// The box has no run with this id.
    #[error("the box has no run {0:?}, or it is so long ago that it was forgotten")]
    RunNotFound(String),
    /// The box has no schedule with this id.
    #[error("the box has no schedule {0:?}, or it was deleted")]
    ScheduleNotFound(String),
    /// No token has this id.
    #[error("there is no token {0:?}, or it was revoked")]
    TokenNotFound(String),
    /// The name is taken, or the box is in a state that forbids this.
    #[error("{0}")]
    Conflict(String),
    /// More was asked for than one answer may hold.
    #[error("{0}")]
    TooLarge(String),
    /// All places for transfers are taken.
    #[error(
        "{most} archives, comparisons, imports, pulls and pushes are under way, the most at a time; \
         try again when one of them has ended"
    )]
    TooManyTransfers {
        /// How many there may be.
        most: usize,
    },
    /// This server can't do that.
    #[error("{0}")]
    Unsupported(String),
    /// The server is on its way down.
    #[error("the server is stopping; try again when it is back")]
    Stopping,
    /// A file operation failed.
    #[error(transparent)]
    File(#[from] FileError),
    /// The sandbox failed.
    #[error(transparent)]
    Sandbox(#[from] SandboxError),
    /// An archive could not be written or taken in.
    #[error(transparent)]
    Archive(#[from] ArchiveError),
    /// A registry is out of reach, or failed.
    #[error("{0}")]
    Registry(String),
    /// The layers failed.
    #[error(transparent)]
    Layer(#[from] LayerError),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// Secrets could not be sealed or opened.
    #[error(transparent)]
    Secrets(#[from] SecretsError),
    /// Another service could not be reached.
    #[error(transparent)]
    Outbound(#[from] OutboundError),
    /// Another service answered what it should not.
    #[error("{0}")]
    Provider(String),
    /// Output of a run could not be read.
    #[error("the output of the run can't be read: {0}")]
    Output(std::io::Error),
    /// The system gives no random numbers.
    #[error("no random numbers: {0}")]
    Random(#[from] getrandom::Error),
    /// A task of this server ended early.
    #[error("a task was interrupted: {0}")]
    Interrupted(String),
}
