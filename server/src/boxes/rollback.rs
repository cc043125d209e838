//! Putting a box back to a snapshot, in place: the same box, with the snapshot's disk.
//!
//! 1. The sandbox is stopped, so nothing writes to the disk any more.
//! 2. The upper is set aside: one rename to the name that the box's next layer would have.
//! 3. One transaction gives the box the snapshot's layers and counts that name as used.
//! 4. What was set aside, and the layers that nothing needs now, are removed once 3 is on the disk.
//!
//! A server that ends between 2 and 3 leaves an unknown layer with a number that is not used up: the
//! next start gives it back to its box, which has its old disk. After 3 the number is used up, so the
//! next start removes it, and the box has its new disk. When the power goes and takes 3 with it, 4 has
//! not begun, and the old disk is still whole.

use std::sync::Arc;

use upstash_box_wasm::api_types::BoxInfo;

use super::error::BoxError;
use super::{Boxes, ids, to_completion, unix_now};
use crate::snapshots::LayerStore;
use crate::store::{RolledBack, Store};

impl Boxes {
    /// Gives a box the disk of a snapshot, whichever box that was taken of. Everything that runs in
    /// the box ends, and what it wrote since its last snapshot is gone.
    pub(crate) async fn roll_back(
        &self,
        reference: &str,
        snapshot_id: &str,
    ) -> Result<BoxInfo, BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        let snapshot_id = snapshot_id.to_owned();
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            // Asked before anything is stopped; asked again when it counts.
            this.restorable(&snapshot_id).await?;
            entered.live.stop().await;
            let id = entered.id().to_owned();
            let aside = ids::layer_id(&id, entered.record.next_layer);
            let layers = Arc::clone(&this.inner.parts.layers);
            let unneeded = this
                .blocking(move |store| replace_disk(store, &layers, &id, &snapshot_id, aside))
                .await?;
            entered.live.recorded = Some(this.sync_records());
            this.remove_layers_when_durable(unneeded);
            if entered.record.init_command.is_some() {
                this.start_in_background(entered.id().to_owned());
            }
            let record = this.find_live(entered.id()).await?;
            Ok(this.with_status(record.info))
        })
        .await
    }
}

/// The layers to remove.
fn replace_disk(
    store: &Store,
    layers: &LayerStore,
    box_id: &str,
    snapshot_id: &str,
    aside: String,
) -> Result<Vec<String>, BoxError> {
    let had_upper = layers.set_aside(box_id, &aside)?;
    let refused = match store.roll_back(box_id, snapshot_id, unix_now()) {
        Ok(RolledBack::Done(mut unneeded)) => {
            unneeded.extend(had_upper.then_some(aside));
            return Ok(unneeded);
        }
        Ok(RolledBack::SnapshotGone) => BoxError::SnapshotNotFound(snapshot_id.to_owned()),
        Ok(RolledBack::SnapshotDamaged) => super::create::damaged(snapshot_id),
        Err(error) => error.into(),
    };
    if had_upper {
        layers.unseal(box_id, &aside)?;
    }
    Err(refused)
}
