//! Deletes snapshots and ephemeral boxes when their time has come.
//!
//! Snapshots are out of every answer from that second on; this gives their disk space back.

use std::sync::{Arc, Weak};
use std::time::Duration;

use super::error::BoxError;
use super::{Boxes, Inner, unix_now};

/// The clock may be set meanwhile, so no wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Also keeps a failure from being repeated at once.
const SHORTEST_WAIT: Duration = Duration::from_millis(500);

/// The time after so many seconds.
pub(super) fn time_after(seconds: u64) -> i64 {
    unix_now().saturating_add_unsigned(seconds)
}

/// Deletes what expires for as long as the boxes exist.
pub(super) fn watch(boxes: &Boxes) {
    let weak: Weak<Inner> = Arc::downgrade(&boxes.inner);
    let changed = Arc::clone(&boxes.inner.expiry_changed);
    tokio::spawn(async move {
        loop {
            let wait = {
                let Some(inner) = weak.upgrade() else { return };
                let boxes = Boxes { inner };
                boxes.delete_expired().await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "what has expired could not be deleted");
                    LONGEST_WAIT
                })
            };
            tokio::select! {
                () = tokio::time::sleep(wait) => {}
                () = changed.notified() => {}
            }
        }
    });
}

impl Boxes {
    /// Deletes what has expired; how long to wait before the next look.
    async fn delete_expired(&self) -> Result<Duration, BoxError> {
        let store = &self.inner.parts.store;
        let (snapshots, freed) = store.run(|store| store.delete_expired()).await?;
        if snapshots > 0 {
            tracing::info!(snapshots, "expired snapshots were deleted");
        }
        self.remove_layers_when_durable(freed);
        for id in store.run(|store| store.expired_boxes()).await? {
            match self.delete(&id).await {
                Ok(()) => tracing::info!(box_id = id, "an ephemeral box has ended"),
                Err(BoxError::BoxNotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        let snapshot = store.run(|store| store.next_expiry()).await?;
        let ephemeral = store.run(|store| store.next_box_expiry()).await?;
        let next = [snapshot, ephemeral].into_iter().flatten().min();
        Ok(next.map_or(LONGEST_WAIT, |time| {
            let seconds = u64::try_from(time - unix_now()).unwrap_or(0);
            Duration::from_secs(seconds).clamp(SHORTEST_WAIT, LONGEST_WAIT)
        }))
    }
}
