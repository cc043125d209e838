//! The one owner of each box's sandbox. Whoever holds its lock decides; the rest wait.

use std::sync::atomic::{AtomicBool, AtomicI64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use tokio::sync::Mutex as AsyncMutex;
use tokio::task::JoinHandle;

use crate::egress;
use crate::sandbox::{Sandbox, SandboxError};
use crate::snapshots::EarlierCopy;

/// What is in memory of one box: whether it has a sandbox, and how many runs are in it.
#[derive(Debug)]
pub(super) struct BoxOwner {
    /// Held while anything about the sandbox or the disk changes.
    pub(super) live: Arc<AsyncMutex<Live>>,
    runs: AtomicUsize,
    last_used: Mutex<Instant>,
    /// The second of the last use that is stored, so that many in one second are stored once.
    stored_use: AtomicI64,
    is_merging: AtomicBool,
}

/// What only the holder of the lock may see and change.
#[derive(Debug, Default)]
pub(super) struct Live {
    pub(super) sandbox: Option<LiveSandbox>,
    /// Whether the box has started, init command included, and has not been stopped since.
    pub(super) is_up: bool,
    /// Brings the record of a new chain to the disk, after the upper that the box had was put under another name.
    /// A new upper must wait for it: one that the disk has without that record would stand on the old chain.
    pub(super) recorded: Option<JoinHandle<()>>,
}

/// A started sandbox and what serves it from outside.
#[derive(Debug)]
pub(super) struct LiveSandbox {
    pub(super) sandbox: Sandbox,
    /// Set as soon as the sandbox is gone, for whatever reason.
    pub(super) ended: Arc<AtomicBool>,
    /// Its way to the network; its sockets would keep the sandbox's network alive.
    pub(super) proxy: Option<egress::Proxy>,
    /// The last copy of the disk that was made while processes lived.
    pub(super) earlier_copy: Option<Arc<EarlierCopy>>,
}

impl LiveSandbox {
    pub(super) fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    async fn close(self) {
        if let Some(proxy) = self.proxy {
            proxy.stop().await;
        }
        self.sandbox.close();
    }
}

/// A sandbox without processes, whose mounts are given up when this is dropped.
///
/// With many files freshly written that keeps a processor busy for a while, so it is put off until
/// the answer for which the sandbox was ended is on its way.
#[derive(Debug)]
pub(super) struct Ended {
    live: Option<LiveSandbox>,
}

impl Drop for Ended {
    fn drop(&mut self) {
        let Some(live) = self.live.take() else { return };
        match tokio::runtime::Handle::try_current() {
            Ok(runtime) => drop(runtime.spawn(async move {
                after_the_answer().await;
                live.close().await;
            })),
            Err(_) => live.sandbox.close(),
        }
    }
}

/// Waits long enough for an answer to be sent, which has the processors for itself until then.
pub(super) async fn after_the_answer() {
    tokio::time::sleep(Duration::from_millis(10)).await;
}

impl Live {
    /// Ends the sandbox, if there is one, and every process in it. When this returns, nothing can
    /// write to the box's disk any more. The next work starts the box anew.
    pub(super) async fn stop(&mut self) {
        self.is_up = false;
        if let Some(live) = self.sandbox.take() {
            live.sandbox.end_processes().await;
            live.close().await;
        }
    }

    /// The same when no process lives in the sandbox, but the mounts stay until the answer is
    /// dropped. `None`: processes live, and nothing has changed.
    pub(super) async fn end_if_empty(&mut self) -> Result<Option<Ended>, SandboxError> {
        if let Some(live) = &self.sandbox {
            match live.sandbox.end_if_empty().await {
                Ok(false) => return Ok(None),
                Ok(true) => {}
                // It died, so the box starts anew.
                Err(SandboxError::Ended) => self.is_up = false,
                Err(error) => {
                    // It may end later, when nobody waits for it any more, and would never be noticed.
                    self.stop().await;
                    return Err(error);
                }
            }
        }
        Ok(Some(Ended {
            live: self.sandbox.take(),
        }))
    }
}

impl BoxOwner {
    pub(super) fn new() -> Self {
        Self {
            live: Arc::default(),
            runs: AtomicUsize::new(0),
            last_used: Mutex::new(Instant::now()),
            stored_use: AtomicI64::new(0),
            is_merging: AtomicBool::new(false),
        }
    }

    /// How many runs are in progress.
    pub(super) fn runs(&self) -> usize {
        self.runs.load(Ordering::Acquire)
    }

    /// Notes that the sandbox was just needed.
    pub(super) fn touch(&self) {
        *self
            .last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner) = Instant::now();
    }

    /// Whether a use in this second is still to be stored.
    pub(super) fn is_news(&self, second: i64) -> bool {
        self.stored_use.swap(second, Ordering::AcqRel) != second
    }

    /// How long nothing has needed the sandbox.
    pub(super) fn unused_for(&self) -> Duration {
        self.last_used
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .elapsed()
    }
}

/// Counts one run of a box for as long as it is held.
#[derive(Debug)]
pub(super) struct RunCount {
    owner: Arc<BoxOwner>,
}

impl RunCount {
    pub(super) fn new(owner: &Arc<BoxOwner>) -> Self {
        owner.runs.fetch_add(1, Ordering::AcqRel);
        Self {
            owner: Arc::clone(owner),
        }
    }
}

impl Drop for RunCount {
    fn drop(&mut self) {
        self.owner.touch();
        self.owner.runs.fetch_sub(1, Ordering::AcqRel);
    }
}

/// The one merge of a box's layers that is under way, for as long as it is held.
#[derive(Debug)]
pub(super) struct Merging {
    owner: Arc<BoxOwner>,
}

impl Merging {
    /// `None`: there is one already.
    pub(super) fn begin(owner: &Arc<BoxOwner>) -> Option<Self> {
        let was_merging = owner.is_merging.swap(true, Ordering::AcqRel);
        (!was_merging).then(|| Self {
            owner: Arc::clone(owner),
        })
    }
}

impl Drop for Merging {
    fn drop(&mut self) {
        self.owner.is_merging.store(false, Ordering::Release);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_merges_of_a_box_at_once_one_is_made() {
        let owner = Arc::new(BoxOwner::new());
        let first = Merging::begin(&owner);
        assert!(first.is_some());
        assert!(Merging::begin(&owner).is_none());
        drop(first);
        assert!(Merging::begin(&owner).is_some());
    }
}
