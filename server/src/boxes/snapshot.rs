//! Taking a snapshot.
//!
//! A box without processes is rotated: its upper directory becomes a layer by one rename, and the
//! box continues with a new, empty one. While processes live the upper is copied, because they go
//! on writing through the mount they have; they are stopped only for what they changed meanwhile.
//!
//! Seal first, commit second: a crash between the two leaves a layer that the database does not
//! know, and the next start gives it back to its box.

use std::sync::{Arc, OnceLock};
use std::time::Duration;

use time::OffsetDateTime;
use time::macros::format_description;
use upstash_box_wasm::api_types::{CreateSnapshotRequest, SnapshotInfo};

use super::error::BoxError;
use super::lookup::Entered;
use super::owner::after_the_answer;
use super::secrets::Secrets;
use super::{Boxes, expiry, ids, rules, to_completion, unix_now};
use crate::snapshots::{EarlierCopy, FinishedCopy, LayerError, LayerStore, UpperCopy};
use crate::store::{BoxSettings, NewLayer, NewSnapshot, Store};

/// How long an answer may wait for the new layer's size; a longer count goes on afterwards.
const COUNT_BUDGET: Duration = Duration::from_micros(250);

/// Enough to merge them in time; fewer where those of the image don't leave room for as many. An archive
/// brings at most 256.
const MOST_LAYERS: usize = 300;

impl Boxes {
    /// Takes a snapshot. It is ready when this returns.
    pub(crate) async fn snapshot(
        &self,
        reference: &str,
        request: CreateSnapshotRequest,
    ) -> Result<SnapshotInfo, BoxError> {
        let name = match &request.name {
            Some(name) => name.clone(),
            None => name_from_time(OffsetDateTime::now_utc()),
        };
        rules::snapshot_name(&name)?;
        rules::labels(&request.labels)?;
        if let Some(seconds) = request.expires_in {
            rules::expires_in(seconds)?;
        }
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let new = this.describe(&entered, name, request)?;
            let expires = new.expires_at.is_some();
            let taken = match entered.live.end_if_empty().await? {
                None => this.of_busy_box(&mut entered, new).await,
                Some(_mounts) => {
                    let taken = this.of_idle_box(&entered, new).await;
                    entered.live.recorded = Some(this.sync_records());
                    this.flatten_in_background(entered.id().to_owned());
                    taken
                }
            };
            if expires {
                this.inner.expiry_changed.notify_one();
            }
            taken
        })
        .await
    }

    /// Finds out a layer's exact size when nobody waits for it.
    pub(super) fn count_in_background(&self, layer_id: String) {
        let layers = Arc::clone(&self.inner.parts.layers);
        let store = Arc::clone(&self.inner.parts.store);
        let count = move || match layers.measure(&layer_id, None) {
            Ok((bytes, _)) => {
                if let Err(error) = store.set_layer_size(&layer_id, bytes) {
                    tracing::warn!(layer_id, %error, "a layer's size could not be recorded");
                }
            }
            // It may have been deleted meanwhile.
            Err(error) => tracing::debug!(layer_id, %error, "a layer could not be counted"),
        };
        tokio::spawn(async move {
            after_the_answer().await;
            tokio::task::spawn_blocking(count).await
        });
    }

    /// What a snapshot takes along besides the disk: the agent, and no other secret than its key.
    fn describe(
        &self,
        entered: &Entered,
        name: String,
        request: CreateSnapshotRequest,
    ) -> Result<NewSnapshot, BoxError> {
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
                image: record.image.clone(),
                agent: record.info.agent.clone(),
                model: record.info.model.clone(),
                custom_runner: record.info.custom_runner.clone(),
                enabled_skills: record.info.enabled_skills.clone(),
                ..BoxSettings::default()
            },
            sealed_secrets: key.seal(&id, &kept)?,
            id,
            created_at: unix_now(),
            labels: request.labels,
            pinned: request.pinned,
            expires_at: request.expires_in.map(expiry::time_after),
            layer: None,
        })
    }

    /// The copy is made while the processes run, and brought up to date while they are stopped.
    async fn of_busy_box(
        &self,
        entered: &mut Entered,
        new: NewSnapshot,
    ) -> Result<SnapshotInfo, BoxError> {
        let Some(live) = &entered.live.sandbox else {
            return self.of_idle_box(entered, new).await;
        };
        let sandbox = live.sandbox.clone();
        let mut mapped = sandbox.shared_mappings().await?;
        let copy = self.begin_copy(entered, live.earlier_copy.clone());
        // The box's lock is held, so no run begins meanwhile.
        let (begun, prepared) = tokio::join!(copy, sandbox.prepare_freeze());
        let begun = match begun {
            Ok(begun) => begun,
            Err(error) => {
                sandbox.give_up_freeze(prepared).await;
                return Err(error);
            }
        };
        let held = match sandbox.freeze(prepared).await {
            Ok(held) => held,
            Err(error) => return self.store_copy(entered, new, Err(error.into())).await,
        };
        let finished = match begun {
            None => Ok(None),
            Some(copy) => {
                // Both before and after: what was mapped in between has changed its file's times.
                mapped.extend(sandbox.shared_mappings().await.unwrap_or_default());
                self.blocking(move |_| Ok(copy.finish(&mapped)?))
                    .await
                    .map(Some)
            }
        };
        let thawed = sandbox.thaw(held).await;
        let mut info = self.store_copy(entered, new, finished).await?;
        match thawed {
            Ok(pause) => {
                info.pause_us = Some(u64::try_from(pause.as_micros()).unwrap_or(u64::MAX));
            }
            Err(error) => {
                tracing::warn!(box_id = entered.id(), %error, "a box's processes did not go on");
            }
        }
        Ok(info)
    }

    async fn begin_copy(
        &self,
        entered: &Entered,
        earlier: Option<Arc<EarlierCopy>>,
    ) -> Result<Option<UpperCopy>, BoxError> {
        let layers = Arc::clone(&self.inner.parts.layers);
        let (id, layer_id) = (entered.id().to_owned(), next_layer_id(entered));
        self.blocking(move |_| Ok(layers.begin_copy(&id, &layer_id, earlier.as_deref())?))
            .await
    }

    async fn store_copy(
        &self,
        entered: &mut Entered,
        new: NewSnapshot,
        finished: Result<Option<FinishedCopy>, BoxError>,
    ) -> Result<SnapshotInfo, BoxError> {
        let layers = Arc::clone(&self.inner.parts.layers);
        let layer_id = next_layer_id(entered);
        let discarded = layer_id.clone();
        let stored = match finished {
            Err(error) => Err(error),
            Ok(finished) => {
                let published = Arc::new(OnceLock::new());
                let publishing = Arc::clone(&published);
                let stored = self
                    .seal_and_store(new, layer_id, false, move |layers, layer_id| {
                        let Some(copy) = finished else {
                            return Ok(false);
                        };
                        let copy = layers.publish(copy, layer_id)?;
                        Ok(publishing.set(Arc::new(copy)).is_ok())
                    })
                    .await;
                if let (Some(copy), Some(live)) = (published.get(), &mut entered.live.sandbox) {
                    live.earlier_copy = Some(Arc::clone(copy));
                }
                stored
            }
        };
        if stored.is_err() {
            self.blocking(move |_| Ok(layers.discard_copy(&discarded)?))
                .await?;
        }
        stored
    }

    async fn of_idle_box(
        &self,
        entered: &Entered,
        new: NewSnapshot,
    ) -> Result<SnapshotInfo, BoxError> {
        let (id, layer_id) = (entered.id().to_owned(), next_layer_id(entered));
        self.seal_and_store(new, layer_id, true, move |layers, layer_id| {
            layers.seal(&id, layer_id)
        })
        .await
    }

    /// Makes the new layer with `seal`, then records it and the snapshot. `rotates`: the box goes
    /// on on top of the new layer.
    async fn seal_and_store(
        &self,
        new: NewSnapshot,
        layer_id: String,
        rotates: bool,
        seal: impl FnOnce(&LayerStore, &str) -> Result<bool, LayerError> + Send + 'static,
    ) -> Result<SnapshotInfo, BoxError> {
        let layers = Arc::clone(&self.inner.parts.layers);
        let boot_id = self.boot_id();
        let (info, uncounted) = self
            .blocking(move |store| {
                has_room(store, &layers, &new.box_id)?;
                let layer = seal(&layers, &layer_id)?
                    .then(|| describe_layer(&layers, layer_id, boot_id, rotates));
                record(store, &layers, NewSnapshot { layer, ..new })
            })
            .await?;
        if let Some(layer_id) = uncounted {
            self.count_in_background(layer_id);
        }
        self.make_durable_in_background();
        Ok(info)
    }
}

/// Refuses what would be too high to be mounted.
fn has_room(store: &Store, layers: &LayerStore, box_id: &str) -> Result<(), BoxError> {
    let chain = store.box_chain(box_id)?;
    let most = layers.most_layers(chain.image.as_deref())?;
    let count = chain.layers.len();
    if count < most.min(MOST_LAYERS) {
        return Ok(());
    }
    Err(BoxError::Conflict(format!(
        "too many layers: the box stands on {count}, the most that there can be; they are merged as \
         soon as nothing runs in it: try again then"
    )))
}

fn next_layer_id(entered: &Entered) -> String {
    ids::layer_id(entered.id(), entered.record.next_layer)
}

/// A size that can't be told quickly is found out later; the snapshot itself is good.
fn describe_layer(layers: &LayerStore, id: String, boot_id: String, rotates: bool) -> NewLayer {
    let (size_bytes, counted) = layers
        .measure(&id, Some(COUNT_BUDGET))
        .unwrap_or((1, false));
    NewLayer {
        id,
        size_bytes,
        counted,
        boot_id,
        box_continues_on_it: rotates,
    }
}

/// The snapshot, and the layer whose size is still to be found out.
fn record(
    store: &Store,
    layers: &LayerStore,
    new: NewSnapshot,
) -> Result<(SnapshotInfo, Option<String>), BoxError> {
    let recorded = store.insert_snapshot(&new);
    let Some(layer) = new.layer else {
        return Ok((recorded?, None));
    };
    match recorded {
        Ok(info) => Ok((info, (!layer.counted).then_some(layer.id))),
        // Nothing was recorded, so the box gets back what it had.
        Err(error) if layer.box_continues_on_it => {
            layers.unseal(&new.box_id, &layer.id)?;
            Err(error.into())
        }
        Err(error) => {
            layers.remove_layer(&layer.id)?;
            Err(error.into())
        }
    }
}

/// Like `snapshot-20260223-141500`.
pub(super) fn name_from_time(now: OffsetDateTime) -> String {
    let format = format_description!("snapshot-[year][month][day]-[hour][minute][second]");
    now.format(format).unwrap_or_else(|_| "snapshot".to_owned())
}
