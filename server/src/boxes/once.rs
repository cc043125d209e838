//! Calls that carry a key and may therefore be sent again: the thing is made once, and who asks
//! again gets the first answer.
//!
//! Only successes are kept: a call that failed has made nothing and may be tried again. The answer
//! is kept right after the thing is made; between the two the server may be killed, and then a
//! repeated call makes another.

use std::collections::HashMap;
use std::collections::hash_map::Entry;
use std::future::Future;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::error::BoxError;
use super::{Boxes, unix_now};
use crate::store::KeptAnswer;

/// How long a key is remembered, in seconds.
const KEPT_FOR: i64 = 24 * 60 * 60;

/// What tells one call from others.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct CallId {
    pub(crate) route: String,
    pub(crate) key: String,
}

/// Calls that are under way. Of two that are the same, the second waits for the first.
#[derive(Debug, Default)]
pub(super) struct CallsUnderWay {
    calls: Mutex<HashMap<CallId, Arc<tokio::sync::Mutex<()>>>>,
}

impl CallsUnderWay {
    fn turn(&self, call: &CallId) -> Arc<tokio::sync::Mutex<()>> {
        Arc::clone(self.lock().entry(call.clone()).or_default())
    }

    /// Forgets a call for which nobody waits.
    fn leave(&self, call: &CallId, turn: Arc<tokio::sync::Mutex<()>>) {
        let mut calls = self.lock();
        drop(turn);
        if let Entry::Occupied(entry) = calls.entry(call.clone())
            && Arc::strong_count(entry.get()) == 1
        {
            entry.remove();
        }
    }

    fn lock(&self) -> MutexGuard<'_, HashMap<CallId, Arc<tokio::sync::Mutex<()>>>> {
        self.calls.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Boxes {
    /// Does `work` unless this call was answered before, and keeps its answer. `body` must be the
    /// same each time.
    ///
    /// Must run to its end even when the caller goes away: see `to_completion`.
    pub(crate) async fn once<E: From<BoxError>>(
        &self,
        call: CallId,
        body: &[u8],
        work: impl Future<Output = Result<String, E>>,
    ) -> Result<String, E> {
        let turn = self.inner.calls.turn(&call);
        let answer = {
            let _first = turn.lock().await;
            self.answer_or_do(&call, body, work).await
        };
        self.inner.calls.leave(&call, turn);
        answer
    }

    async fn answer_or_do<E: From<BoxError>>(
        &self,
        call: &CallId,
        body: &[u8],
        work: impl Future<Output = Result<String, E>>,
    ) -> Result<String, E> {
        let key = &self.inner.parts.secret_key;
        let owner = format!("{} {}", call.route, call.key);
        let store = &self.inner.parts.store;
        let wanted = call.clone();
        let kept = store
            .run(move |store| store.kept_answer(&wanted.route, &wanted.key, unix_now() - KEPT_FOR))
            .await
            .map_err(BoxError::from)?;
        if let Some(kept) = kept {
            if key.is_tag(&owner, body, &kept.request) {
                return Ok(kept.answer);
            }
            return Err(BoxError::Conflict(
                "this Idempotency-Key came with another body before; use a new key for a new call"
                    .to_owned(),
            )
            .into());
        }
        let answer = work.await?;
        let kept = KeptAnswer {
            request: key.tag(&owner, body).map_err(BoxError::from)?,
            answer: answer.clone(),
        };
        let call = call.clone();
        let kept = store
            .run(move |store| {
                let now = unix_now();
                store.keep_answer(&call.route, &call.key, &kept, now, now - KEPT_FOR)
            })
            .await;
        if let Err(error) = kept {
            // The thing is made, and its caller must hear of it.
            tracing::warn!(%error, "the answer to a call with a key could not be kept");
        }
        Ok(answer)
    }
}
