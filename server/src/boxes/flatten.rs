//! Keeps chains short: a lookup in a box's tree asks every layer, and overlayfs takes only so many.
//!
//! The layers are merged in the background while everything goes on; the box and the snapshots that
//! stand on the same layers then change over to the merged one in one transaction.

use std::sync::Arc;

use super::error::BoxError;
use super::owner::Merging;
use super::{Boxes, ids};

/// Chains up to this length stay as they are.
const LONGEST: usize = 16;

impl Boxes {
    /// Merges the box's layers when there are many. Nobody waits for it, so failures are logged;
    /// the next snapshot tries again.
    pub(super) fn flatten_in_background(&self, box_id: String) {
        let this = self.clone();
        tokio::spawn(async move {
            if let Err(error) = this.flatten(&box_id).await {
                tracing::warn!(box_id, %error, "the layers of a box could not be merged");
            }
        });
    }

    async fn flatten(&self, box_id: &str) -> Result<(), BoxError> {
        // Of two at once the second would lose the layers that it reads to the first.
        let Some(_merging) = self.owners().get(box_id).and_then(Merging::begin) else {
            return Ok(());
        };
        let id = box_id.to_owned();
        let chain = self
            .blocking(move |store| Ok(store.box_chain(&id)?))
            .await?;
        if chain.layers.len() <= LONGEST {
            return Ok(());
        }
        let merged = ids::merged_layer_id()?;
        let layers = Arc::clone(&self.inner.parts.layers);
        let (stack, layer_id) = (chain.clone(), merged.clone());
        // On the disk before anything stands on it: what it replaces may be there already.
        self.blocking(move |_| {
            layers.flatten(&stack, &layer_id)?;
            Ok(layers.sync()?)
        })
        .await?;
        let freed = self.change_over(box_id, chain.layers, merged.clone()).await;
        match freed {
            Ok(Some(freed)) => {
                self.count_in_background(merged);
                self.remove_layers_when_durable(freed);
                Ok(())
            }
            unused => {
                self.remove_layers(vec![merged]).await?;
                unused.map(drop)
            }
        }
    }

    /// `None` when it can't be now: processes hold the old layers, or another was quicker.
    async fn change_over(
        &self,
        box_id: &str,
        chain: Vec<String>,
        merged: String,
    ) -> Result<Option<Vec<String>>, BoxError> {
        let mut entered = self.enter(box_id).await?;
        let Some(_mounts) = entered.live.end_if_empty().await? else {
            return Ok(None);
        };
        let (id, boot_id) = (entered.id().to_owned(), self.boot_id());
        self.blocking(move |store| Ok(store.replace_layers(&id, &chain, &merged, &boot_id)?))
            .await
    }
}
