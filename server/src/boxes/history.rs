//! The past of a box: its runs and its log.

use std::sync::{Arc, Weak};
use std::time::Duration;

use upstash_box_wasm::api_types::{LogEntry, LogLevel};

use super::error::BoxError;
use super::{Boxes, Inner, unix_now};
use crate::store::{LogQuery, RunRecord};

/// The most runs or lines that one answer holds.
const MAX_PAGE: u32 = 1000;
/// How many lines an answer holds unless it is said.
const USUAL_LINES: u32 = 100;

/// What is kept of each box.
const KEPT_RUNS: u32 = 10_000;
const KEPT_LINES: u32 = 20_000;
/// How often the rest is removed.
const PRUNE_EVERY: Duration = Duration::from_secs(600);

/// Which part of a list an answer holds.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Page {
    pub(crate) offset: Option<u64>,
    pub(crate) limit: Option<u32>,
}

impl Page {
    fn limit_or(self, usual: u32) -> Result<u32, BoxError> {
        match self.limit {
            None => Ok(usual),
            Some(limit) if (1..=MAX_PAGE).contains(&limit) => Ok(limit),
            Some(limit) => Err(BoxError::InvalidArgument(format!(
                "limit: {limit} is not between 1 and {MAX_PAGE}"
            ))),
        }
    }

    /// SQLite counts no further.
    fn offset(self) -> u64 {
        self.offset.unwrap_or(0).min(i64::MAX.unsigned_abs())
    }
}

/// Removes old history for as long as the boxes exist.
pub(super) fn watch(boxes: &Boxes) {
    let weak: Weak<Inner> = Arc::downgrade(&boxes.inner);
    tokio::spawn(async move {
        loop {
            tokio::time::sleep(PRUNE_EVERY).await;
            let Some(inner) = weak.upgrade() else { return };
            let store = Arc::clone(&inner.parts.store);
            let pruned = store
                .run(|store| store.prune_history(KEPT_RUNS, KEPT_LINES))
                .await;
            if let Err(error) = pruned {
                tracing::warn!(%error, "old runs and log lines could not be removed");
            }
        }
    });
}

impl Boxes {
    /// The box's latest runs, newest first.
    pub(crate) async fn runs(
        &self,
        reference: &str,
        page: Page,
    ) -> Result<Vec<RunRecord>, BoxError> {
        let limit = page.limit_or(MAX_PAGE)?;
        let id = self.find_live(reference).await?.info.id;
        let store = &self.inner.parts.store;
        Ok(store
            .run(move |store| store.list_runs(&id, limit, page.offset()))
            .await?)
    }

    /// One run of the box.
    pub(crate) async fn run(&self, reference: &str, run_id: &str) -> Result<RunRecord, BoxError> {
        let box_id = self.find_live(reference).await?.info.id;
        let wanted = run_id.to_owned();
        let store = &self.inner.parts.store;
        store
            .run(move |store| store.find_run(&box_id, &wanted))
            .await?
            .ok_or_else(|| BoxError::RunNotFound(run_id.to_owned()))
    }

    /// The latest lines of one box, or of all, oldest first.
    pub(crate) async fn logs(
        &self,
        reference: Option<&str>,
        page: Page,
    ) -> Result<Vec<LogEntry>, BoxError> {
        let limit = page.limit_or(USUAL_LINES)?;
        let box_id = match reference {
            Some(reference) => Some(self.find_live(reference).await?.info.id),
            None => None,
        };
        let query = LogQuery {
            box_id,
            offset: page.offset(),
            limit,
        };
        let store = &self.inner.parts.store;
        Ok(store.run(move |store| store.logs(&query)).await?)
    }

    /// Adds a line to a box's log. That it can't be written stops nothing.
    pub(super) async fn note(&self, box_id: &str, level: LogLevel, message: String) {
        let id = box_id.to_owned();
        let store = &self.inner.parts.store;
        let noted = store
            .run(move |store| store.log(&id, level, &message, unix_now()))
            .await;
        if let Err(error) = noted {
            tracing::warn!(box_id, %error, "a line could not be added to a box's log");
        }
    }
}
