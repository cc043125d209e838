//! Pausing a box by hand, and waking it without work.

use upstash_box_wasm::api_types::{BoxStatus, LogLevel};

use super::error::BoxError;
use super::lookup::Entered;
use super::{Boxes, to_completion, unix_now};

impl Boxes {
    /// Ends the box's processes and keeps its disk. Any later work wakes it.
    pub(crate) async fn pause(&self, reference: &str) -> Result<(), BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let refused = |why: &str| Err(BoxError::Conflict(why.to_owned()));
            if entered.record.info.keep_alive {
                return refused("a keep-alive box can't be paused");
            }
            if entered.record.info.ephemeral {
                return refused("an ephemeral box can't be paused; it ends by itself");
            }
            this.pause_entered(&mut entered).await?;
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
                if entered.record.init_command.is_some() {
                    this.start_in_background(entered.id().to_owned());
                }
            }
            Ok(())
        })
        .await
    }

    /// Ends everything that runs in a box, then marks it.
    pub(super) async fn pause_entered(&self, entered: &mut Entered) -> Result<(), BoxError> {
        entered.live.stop().await;
        self.mark(entered.id(), true).await
    }

    async fn mark(&self, id: &str, paused: bool) -> Result<(), BoxError> {
        let id = id.to_owned();
        let store = &self.inner.parts.store;
        Ok(store
            .run(move |store| store.set_paused(&id, paused, unix_now()))
            .await?)
    }
}
