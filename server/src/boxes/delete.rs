//! Deleting boxes, and the layers that nothing needs afterwards.

use std::sync::Arc;

use super::error::BoxError;
use super::{Boxes, to_completion, unix_now};
use crate::snapshots::Unneeded;

/// What a bulk delete is about.
#[derive(Clone, Debug)]
pub(crate) enum Which {
    /// Everything there is; only ever by an explicit word.
    All,
    /// These; ids that are unknown are passed over.
    These(Vec<String>),
}

impl Boxes {
    /// Ends a box for good: its sandbox, its disk, its secrets. Its snapshots stay.
    pub(crate) async fn delete(&self, reference: &str) -> Result<(), BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let id = entered.id().to_owned();
            // The tombstone comes first: from here on nothing starts it again, and a crash leaves
            // a disk without a box, which the next start removes.
            let deleted = {
                let id = id.clone();
                this.inner
                    .parts
                    .store
                    .run(move |store| store.delete_box(&id, unix_now()))
                    .await?
            };
            entered.live.stop().await;
            this.owners().remove(&id);
            this.remove_layers_when_durable(deleted.unwrap_or_default());
            this.remove_when_durable([Unneeded::Box(id)]);
            Ok(())
        })
        .await
    }

    /// Deletes several boxes; how many there were.
    pub(crate) async fn delete_many(&self, which: Which) -> Result<u64, BoxError> {
        let ids = match which {
            Which::These(ids) => ids,
            Which::All => {
                self.inner
                    .parts
                    .store
                    .run(|store| store.live_box_ids())
                    .await?
            }
        };
        let mut deleted = 0;
        for id in ids {
            match self.delete(&id).await {
                Ok(()) => deleted += 1,
                Err(BoxError::BoxNotFound(_)) => {}
                Err(error) => return Err(error),
            }
        }
        Ok(deleted)
    }

    /// Removes layers that no record ever named.
    pub(super) async fn remove_layers(&self, freed: Vec<String>) -> Result<(), BoxError> {
        let layers = Arc::clone(&self.inner.parts.layers);
        self.blocking(move |_| {
            for layer_id in freed {
                layers.remove_layer(&layer_id)?;
            }
            Ok(())
        })
        .await
    }
}
