//! Deleting boxes and snapshots, and the layers that nothing needs afterwards.

use std::sync::Arc;

use super::error::BoxError;
use super::{Boxes, to_completion, unix_now};

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
            let layers = Arc::clone(&this.inner.parts.layers);
            this.blocking(move |_| Ok(layers.remove_box(&id)?)).await?;
            this.remove_layers(deleted.unwrap_or_default()).await
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

    /// Deletes a snapshot of this box.
    pub(crate) async fn delete_snapshot(
        &self,
        reference: &str,
        snapshot_id: &str,
    ) -> Result<(), BoxError> {
        let box_id = self.find_live(reference).await?.info.id;
        if self.forget_snapshot(snapshot_id, Some(box_id)).await? {
            return Ok(());
        }
        Err(BoxError::SnapshotNotFound(snapshot_id.to_owned()))
    }

    /// Deletes several snapshots, of whichever boxes; how many there were.
    pub(crate) async fn delete_snapshots(&self, which: Which) -> Result<u64, BoxError> {
        let ids = match which {
            Which::These(ids) => ids,
            Which::All => {
                let all = self
                    .inner
                    .parts
                    .store
                    .run(|store| store.list_snapshots(None))
                    .await?;
                all.into_iter().map(|snapshot| snapshot.id).collect()
            }
        };
        let mut deleted = 0;
        for id in ids {
            deleted += u64::from(self.forget_snapshot(&id, None).await?);
        }
        Ok(deleted)
    }

    /// Whether there was such a snapshot.
    async fn forget_snapshot(&self, id: &str, of: Option<String>) -> Result<bool, BoxError> {
        let (this, id) = (self.clone(), id.to_owned());
        to_completion(async move {
            let store = &this.inner.parts.store;
            match store
                .run(move |store| store.delete_snapshot(&id, of.as_deref()))
                .await?
            {
                None => Ok(false),
                Some(freed) => {
                    this.remove_layers(freed).await?;
                    Ok(true)
                }
            }
        })
        .await
    }

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
