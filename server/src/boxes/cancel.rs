//! Ending a run from another call than the one that started it.

use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use tokio_util::sync::CancellationToken;

use super::Boxes;
use super::error::BoxError;
use crate::sandbox::Killer;
use crate::store::RunRecord;

/// How long the answer waits for the run to be recorded. A stream that nobody reads takes longer.
const PATIENCE: Duration = Duration::from_secs(5);

/// The runs that are in progress, by id.
#[derive(Debug, Default)]
pub(super) struct RunsUnderWay {
    runs: Mutex<HashMap<String, Arc<Cancellable>>>,
}

/// What another call can do with a run.
#[derive(Debug)]
struct Cancellable {
    killer: Killer,
    is_cancelled: AtomicBool,
    recorded: CancellationToken,
}

/// One run's place among those in progress, given up when this is dropped: then its end is stored.
#[derive(Debug)]
pub(super) struct UnderWay {
    id: String,
    all: Arc<RunsUnderWay>,
    this: Arc<Cancellable>,
}

impl RunsUnderWay {
    pub(super) fn enter(self: &Arc<Self>, id: &str, killer: Killer) -> UnderWay {
        let this = Arc::new(Cancellable {
            killer,
            is_cancelled: AtomicBool::new(false),
            recorded: CancellationToken::new(),
        });
        self.lock().insert(id.to_owned(), Arc::clone(&this));
        UnderWay {
            id: id.to_owned(),
            all: Arc::clone(self),
            this,
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<String, Arc<Cancellable>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl UnderWay {
    pub(super) fn is_cancelled(&self) -> bool {
        self.this.is_cancelled.load(Ordering::Acquire)
    }
}

impl Drop for UnderWay {
    fn drop(&mut self) {
        self.all.lock().remove(&self.id);
        self.this.recorded.cancel();
    }
}

impl Boxes {
    /// Ends a run; what the history says of it then. One that has ended stays as it is.
    pub(crate) async fn cancel_run(
        &self,
        reference: &str,
        run_id: &str,
    ) -> Result<RunRecord, BoxError> {
        let run = self.run(reference, run_id).await?;
        let found = self.inner.runs.lock().get(run_id).cloned();
        let Some(run_under_way) = found else {
            // It may have ended since it was looked up.
            return self.run(&run.box_id, run_id).await;
        };
        run_under_way.is_cancelled.store(true, Ordering::Release);
        run_under_way.killer.kill();
        // Late or not, the answer says how things stand.
        let _ = tokio::time::timeout(PATIENCE, run_under_way.recorded.cancelled()).await;
        self.run(&run.box_id, run_id).await
    }
}
