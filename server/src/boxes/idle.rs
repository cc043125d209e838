//! Stops sandboxes that nobody needs, and all of them when the server stops.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};
use std::time::Duration;

use super::owner::{BoxOwner, LiveSandbox};
use super::{Boxes, Inner};

/// Looks for idle sandboxes for as long as the boxes exist.
pub(super) fn watch(boxes: &Boxes) {
    let weak: Weak<Inner> = Arc::downgrade(&boxes.inner);
    let after = boxes.inner.parts.stop_idle_after;
    let pause = (after / 4).max(Duration::from_millis(10));
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval(pause);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let Some(inner) = weak.upgrade() else { return };
            let boxes = Boxes { inner };
            for owner in boxes.all_owners() {
                stop_if_idle(&owner, after).await;
            }
        }
    });
}

impl Boxes {
    /// Stops every sandbox and lets none start again. What is stored stays.
    pub(crate) async fn shut_down(&self) {
        self.inner.stopping.store(true, Ordering::Release);
        let stops = self.all_owners().into_iter().map(|owner| async move {
            owner.live.lock().await.stop().await;
        });
        futures_util::future::join_all(stops).await;
        // A machine that is switched off next must find all that was told to be ready.
        if let Err(error) = self.make_durable().await {
            tracing::warn!(%error, "layers could not be brought to the disk");
        }
        self.inner.parts.host.remove_cgroups().await;
    }

    fn all_owners(&self) -> Vec<Arc<BoxOwner>> {
        self.owners().values().cloned().collect()
    }
}

/// A box that is being worked on is not idle, so a lock that is taken means "not now".
async fn stop_if_idle(owner: &BoxOwner, after: Duration) {
    if owner.runs() > 0 || owner.unused_for() < after {
        return;
    }
    let Ok(mut live) = owner.live.try_lock() else {
        return;
    };
    let Some(current) = &live.sandbox else { return };
    if current.has_ended() {
        live.stop().await;
    } else if is_empty(current).await {
        let is_up = live.is_up;
        live.stop().await;
        // Nothing ended that was not over anyway.
        live.is_up = is_up;
    } else {
        // A process that detached itself: look again after the same time.
        owner.touch();
    }
}

/// Whether no process is left in the sandbox.
async fn is_empty(live: &LiveSandbox) -> bool {
    live.sandbox
        .live_processes()
        .await
        .is_ok_and(|count| count == 0)
}
