//! How many transfers go on at once: exports, comparisons, imports, pulls and pushes.
//!
//! Each may hold a thread for as long as its other side is slow, and the store works on threads of
//! the same pool: without a bound, readers that stop reading would stop every other call.

use std::sync::Arc;

use tokio::sync::{OwnedSemaphorePermit, Semaphore};

use super::Boxes;
use super::error::BoxError;

/// Far fewer than the pool has threads.
const MOST: usize = 64;

/// The places that are free.
#[derive(Debug)]
pub(super) struct Transfers(Arc<Semaphore>);

/// The place of one transfer, free again when all clones are dropped. Goes into each task that may
/// block for it: such a task can outlive the call.
#[derive(Clone, Debug)]
pub(super) struct TransferPlace {
    _permit: Arc<OwnedSemaphorePermit>,
}

impl Default for Transfers {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(MOST)))
    }
}

impl Boxes {
    /// Takes a place for a transfer. Does not wait for one: those that are taken may never be free.
    pub(super) fn begin_transfer(&self) -> Result<TransferPlace, BoxError> {
        let free = Arc::clone(&self.inner.transfers.0);
        match free.try_acquire_owned() {
            Ok(permit) => Ok(TransferPlace {
                _permit: Arc::new(permit),
            }),
            Err(_) => Err(BoxError::TooManyTransfers { most: MOST }),
        }
    }
}
