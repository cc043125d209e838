//! Taking a snapshot, and listing them.
//!
//! A box without processes is rotated: its upper directory becomes a layer by one rename, and the
//! box continues with a new, empty one. While processes live they are held still and the upper is
//! copied, because they go on writing through the mount they have.
//!
//! Seal first, commit second: a crash between the two leaves a layer that the database does not
//! know, and the next start gives it back to its box.

use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use time::macros::format_description;
use upstash_box_wasm::api_types::{CreateSnapshotRequest, SnapshotInfo};

use super::error::BoxError;
use super::lookup::Entered;
use super::secrets::Secrets;
use super::{Boxes, ids, rules, to_completion, unix_now};
use crate::sandbox::SandboxError;
use crate::snapshots::LayerStore;
use crate::store::{BoxSettings, NewLayer, NewSnapshot, Store};

/// How long an answer may wait for the new layer's size; a longer count goes on afterwards.
const COUNT_BUDGET: Duration = Duration::from_millis(2);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum How {
    Rotate,
    Copy,
}

impl Boxes {
    /// Takes a snapshot. It is ready when this returns.
    pub(crate) async fn snapshot(
        &self,
        reference: &str,
        request: CreateSnapshotRequest,
    ) -> Result<SnapshotInfo, BoxError> {
        let name = match request.name {
            Some(name) => name,
            None => name_from_time(OffsetDateTime::now_utc()),
        };
        rules::snapshot_name(&name)?;
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let new = this.describe(&entered, name)?;
            if this.has_processes(&entered).await? {
                this.of_busy_box(&entered, new).await
            } else {
                entered.live.stop().await;
                this.seal(&entered, new, How::Rotate).await
            }
        })
        .await
    }

    /// Snapshots of one box, newest first.
    pub(crate) async fn snapshots_of(
        &self,
        reference: &str,
    ) -> Result<Vec<SnapshotInfo>, BoxError> {
        let id = self.find_live(reference).await?.info.id;
        Ok(self
            .inner
            .parts
            .store
            .run(move |store| store.list_snapshots(Some(&id)))
            .await?)
    }

    /// Snapshots of all boxes, newest first, those of deleted boxes included.
    pub(crate) async fn all_snapshots(&self) -> Result<Vec<SnapshotInfo>, BoxError> {
        Ok(self
            .inner
            .parts
            .store
            .run(|store| store.list_snapshots(None))
            .await?)
    }

    /// Finds out a layer's exact size when nobody waits for it.
    pub(super) fn count_in_background(&self, layer_id: String) {
        let layers = Arc::clone(&self.inner.parts.layers);
        let store = Arc::clone(&self.inner.parts.store);
        tokio::task::spawn_blocking(move || match layers.measure(&layer_id, None) {
            Ok((bytes, _)) => {
                if let Err(error) = store.set_layer_size(&layer_id, bytes) {
                    tracing::warn!(layer_id, %error, "a layer's size could not be recorded");
                }
            }
            // It may have been deleted meanwhile.
            Err(error) => tracing::debug!(layer_id, %error, "a layer could not be counted"),
        });
    }

    /// What a snapshot takes along besides the disk: the agent, and no other secret than its key.
    fn describe(&self, entered: &Entered, name: String) -> Result<NewSnapshot, BoxError> {
        let record = &entered.record;
        let key = &self.inner.parts.secret_key;
        let id = ids::snapshot_id()?;
        let secrets = key.open(&record.info.id, record.sealed_secrets.as_deref())?;
        let kept = Secrets {
            agent_api_key: secrets.agent_api_key,
            ..Secrets::default()
        };
        Ok(NewSnapshot {
            name,
            box_id: record.info.id.clone(),
            settings: BoxSettings {
                runtime: record.info.runtime.clone(),
                agent: record.info.agent.clone(),
                model: record.info.model.clone(),
                custom_runner: record.info.custom_runner.clone(),
                ..BoxSettings::default()
            },
            sealed_secrets: key.seal(&id, &kept)?,
            id,
            created_at: unix_now(),
            layer: None,
        })
    }

    async fn has_processes(&self, entered: &Entered) -> Result<bool, BoxError> {
        let Some(live) = &entered.live.sandbox else {
            return Ok(false);
        };
        match live.sandbox.live_processes().await {
            Ok(count) => Ok(count > 0),
            Err(SandboxError::Ended) => Ok(false),
            Err(error) => Err(error.into()),
        }
    }

    async fn of_busy_box(
        &self,
        entered: &Entered,
        new: NewSnapshot,
    ) -> Result<SnapshotInfo, BoxError> {
        let Some(live) = &entered.live.sandbox else {
            return self.seal(entered, new, How::Rotate).await;
        };
        live.sandbox.freeze().await?;
        let taken = self.seal(entered, new, How::Copy).await;
        if let Err(error) = live.sandbox.thaw().await {
            tracing::warn!(box_id = entered.id(), %error, "a box's processes did not go on");
        }
        taken
    }

    async fn seal(
        &self,
        entered: &Entered,
        new: NewSnapshot,
        how: How,
    ) -> Result<SnapshotInfo, BoxError> {
        let layers = Arc::clone(&self.inner.parts.layers);
        let layer_id = ids::layer_id(entered.id(), entered.record.next_layer);
        let (info, uncounted) = self
            .blocking(move |store| seal_and_store(store, &layers, new, layer_id, how))
            .await?;
        if let Some(layer_id) = uncounted {
            self.count_in_background(layer_id);
        }
        Ok(info)
    }
}

/// The snapshot, and the layer whose size is still to be found out.
fn seal_and_store(
    store: &Store,
    layers: &LayerStore,
    mut new: NewSnapshot,
    layer_id: String,
    how: How,
) -> Result<(SnapshotInfo, Option<String>), BoxError> {
    let was_sealed = match how {
        How::Rotate => layers.seal(&new.box_id, &layer_id)?,
        How::Copy => layers.seal_copy(&new.box_id, &layer_id)?,
    };
    if was_sealed {
        // A size that can't be told now is found out later; the snapshot itself is good.
        let (size_bytes, counted) = layers
            .measure(&layer_id, Some(COUNT_BUDGET))
            .unwrap_or((1, false));
        new.layer = Some(NewLayer {
            id: layer_id.clone(),
            size_bytes,
            counted,
            box_continues_on_it: how == How::Rotate,
        });
    }
    match store.insert_snapshot(&new) {
        Ok(info) => {
            let uncounted = new
                .layer
                .filter(|layer| !layer.counted)
                .map(|layer| layer.id);
            Ok((info, uncounted))
        }
        Err(error) => {
            if was_sealed {
                undo(layers, &new.box_id, &layer_id, how)?;
            }
            Err(error.into())
        }
    }
}

/// Nothing was recorded, so the box gets back what it had.
fn undo(layers: &LayerStore, box_id: &str, layer_id: &str, how: How) -> Result<(), BoxError> {
    match how {
        How::Rotate => layers.unseal(box_id, layer_id)?,
        How::Copy => layers.remove_layer(layer_id)?,
    }
    Ok(())
}

/// Like `snapshot-20260223-141500`.
fn name_from_time(now: OffsetDateTime) -> String {
    let format = format_description!("snapshot-[year][month][day]-[hour][minute][second]");
    now.format(format).unwrap_or_else(|_| "snapshot".to_owned())
}
