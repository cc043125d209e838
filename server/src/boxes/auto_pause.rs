//! Pauses boxes that nothing has used for a while: their processes end, their disk stays.
//!
//! Works by what is stored, so boxes that the last server left idle are paused, too. A box with a run
//! in progress is in use however long that takes; one whose background processes nobody speaks to is
//! not.

use std::sync::{Arc, Weak};
use std::time::Duration;

use tokio::time::MissedTickBehavior;
use upstash_box_wasm::api_types::{BoxStatus, LogLevel};

use super::error::BoxError;
use super::{Boxes, Inner, unix_now};

/// How often to look; use is told to the second.
const MOST_OFTEN: Duration = Duration::from_millis(100);
const LEAST_OFTEN: Duration = Duration::from_secs(30);

/// Pauses unused boxes for as long as the boxes exist.
pub(super) fn watch(boxes: &Boxes) {
    let Some(after) = boxes.inner.parts.pause_after else {
        return;
    };
    let weak: Weak<Inner> = Arc::downgrade(&boxes.inner);
    tokio::spawn(async move {
        let mut ticks = tokio::time::interval((after / 4).clamp(MOST_OFTEN, LEAST_OFTEN));
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            let Some(inner) = weak.upgrade() else { return };
            if let Err(error) = (Boxes { inner }).pause_unused(after).await {
                tracing::warn!(%error, "unused boxes could not be paused");
            }
        }
    });
}

impl Boxes {
    async fn pause_unused(&self, after: Duration) -> Result<(), BoxError> {
        let seconds = i64::try_from(after.as_secs()).unwrap_or(i64::MAX);
        let since = unix_now().saturating_sub(seconds.max(1));
        let store = &self.inner.parts.store;
        for id in store.run(move |store| store.unused_boxes(since)).await? {
            match self.pause_if_unused(&id, since).await {
                Ok(()) | Err(BoxError::BoxNotFound(_)) => {}
                Err(error) => tracing::warn!(box_id = id, %error, "an unused box was not paused"),
            }
        }
        Ok(())
    }

    /// Looks again once nobody else can begin anything in the box.
    async fn pause_if_unused(&self, id: &str, since: i64) -> Result<(), BoxError> {
        let mut entered = self.enter(id).await?;
        let info = &entered.record.info;
        let is_unused = info.status == BoxStatus::Idle
            && info.last_activity_at <= since
            && entered.owner.runs() == 0;
        if is_unused {
            self.pause_entered(&mut entered).await?;
            let message = "paused, because nothing used it".to_owned();
            self.note(id, LogLevel::Info, message).await;
        }
        Ok(())
    }
}
