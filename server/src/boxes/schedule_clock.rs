//! Begins what is scheduled when its time has come.
//!
//! The next time is stored before the run begins, so a server that is killed runs nothing twice. What
//! came while no server ran is left out, unless that was only a moment ago.

use std::sync::{Arc, Weak};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use upstash_box_wasm::api_types::LogLevel;

use super::error::BoxError;
use super::{Boxes, Inner, unix_now};
use crate::store::{Occurrence, Schedule};

/// The clock may be set meanwhile, so no wait is longer.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// Also keeps a failure from being repeated at once.
const SHORTEST_WAIT: Duration = Duration::from_millis(20);
/// How late an occurrence may be, in seconds; enough for a server to be replaced.
const GRACE: i64 = 60;

/// Begins what is scheduled for as long as the boxes exist.
pub(super) fn watch(boxes: &Boxes) {
    let weak: Weak<Inner> = Arc::downgrade(&boxes.inner);
    let changed = Arc::clone(&boxes.inner.schedules_changed);
    tokio::spawn(async move {
        loop {
            let wait = {
                let Some(inner) = weak.upgrade() else { return };
                let boxes = Boxes { inner };
                boxes.begin_due().await.unwrap_or_else(|error| {
                    tracing::warn!(%error, "schedules could not be read");
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
    /// Begins what is due; how long to wait before the next look.
    async fn begin_due(&self) -> Result<Duration, BoxError> {
        let store = &self.inner.parts.store;
        let now = unix_now();
        for schedule in store.run(move |store| store.due_schedules(now)).await? {
            let id = schedule.id.clone();
            if let Err(error) = self.begin_one(schedule, now).await {
                tracing::warn!(schedule = id, %error, "a schedule could not be begun");
            }
        }
        let next = store.run(|store| store.next_schedule()).await?;
        Ok(next.map_or(LONGEST_WAIT, |second| {
            until(second).clamp(SHORTEST_WAIT, LONGEST_WAIT)
        }))
    }

    async fn begin_one(&self, schedule: Schedule, now: i64) -> Result<(), BoxError> {
        let (id, due) = (schedule.id.clone(), schedule.next_run_at);
        // Times that can't be read any more never come again, rather than at once.
        let times = self.times(&schedule.settings);
        let next = times.ok().and_then(|times| times.after(now));
        let store = &self.inner.parts.store;
        let is_ours = store
            .run(move |store| store.put_off(&id, due, next))
            .await?;
        // It was changed or deleted since it was read.
        if !is_ours {
            return Ok(());
        }
        if due.is_none_or(|due| due < now - GRACE) {
            tracing::info!(schedule = schedule.id, "an occurrence was missed");
            return Ok(());
        }
        let Some(turn) = self.inner.schedules_running.begin(&schedule.id) else {
            let skipped = Occurrence {
                at: now,
                status: "skipped",
                run_id: None,
            };
            let message = format!("schedule {} was skipped: its last run goes on", schedule.id);
            self.note(&schedule.box_id, LogLevel::Warn, message).await;
            return Ok(store
                .run(move |store| store.record_occurrence(&schedule.id, &skipped))
                .await?);
        };
        let this = self.clone();
        tokio::spawn(async move {
            this.run_scheduled(schedule, now).await;
            drop(turn);
        });
        Ok(())
    }
}

fn until(second: i64) -> Duration {
    let since_epoch = Duration::from_secs(second.max(0).unsigned_abs());
    (UNIX_EPOCH + since_epoch)
        .duration_since(SystemTime::now())
        .unwrap_or_default()
}
