//! Pausing a box by hand, and waking it without work.

use upstash_box_wasm::api_types::{BoxStatus, LogLevel};

use super::error::BoxError;
use super::{Boxes, to_completion, unix_now};

impl Boxes {
    /// Ends the box's processes and keeps its disk. Any later work wakes it.
    pub(crate) async fn pause(&self, reference: &str) -> Result<(), BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            if entered.record.info.keep_alive {
                return Err(BoxError::Conflict(
                    "a keep-alive box can't be paused".to_owned(),
                ));
            }
            entered.live.stop().await;
            this.mark(entered.id(), true).await?;
            this.note(entered.id(), LogLevel::Info, "paused".to_owned())
                .await;
            Ok(())
        })
        .await
    }

    /// Takes a box out of pause. A box that is not paused stays as it is.
    pub(crate) async fn resume(&self, reference: &str) -> Result<(), BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let entered = this.enter(&reference).await?;
            if entered.record.info.status == BoxStatus::Paused {
                this.mark(entered.id(), false).await?;
                this.note(entered.id(), LogLevel::Info, "resumed".to_owned())
                    .await;
            }
            Ok(())
        })
        .await
    }

    async fn mark(&self, id: &str, paused: bool) -> Result<(), BoxError> {
        let id = id.to_owned();
        let store = &self.inner.parts.store;
        Ok(store
            .run(move |store| store.set_paused(&id, paused, unix_now()))
            .await?)
    }
}
