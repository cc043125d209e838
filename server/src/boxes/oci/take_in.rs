//! Makes a snapshot of an image whose blobs are here.
//!
//! A layer that is here already, by the digest of its tar file, is used as it is; the others are
//! unpacked beside the store, and become layers only when all of them are sound. The record comes
//! last: a crash before it leaves layers that nothing knows, which the next start removes.

use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use time::OffsetDateTime;
use upstash_box_wasm::api_types::SnapshotInfo;

use super::description::{Description, check_base, image_below};
use super::documents::{self, Configuration, Descriptor, Manifest};
use super::import::Wishes;
use crate::boxes::snapshot::name_from_time;
use crate::boxes::{BoxError, Boxes, ids};
use crate::snapshots::{
    ArchiveError, BlobName, LayerPlace, LayerStore, Lease, Limits, PackedLayer, Staging, Unpacked,
};
use crate::store::{ImportedLayer, KnownBlob, NewLayer, NewSnapshot, Store};

/// More layers than any chain of ours has.
const MOST_LAYERS: usize = 256;

/// How long an answer may wait for the size of a new layer.
const COUNT_BUDGET: Duration = Duration::from_millis(2);

/// What does not change from one import to the next.
#[derive(Clone, Debug)]
pub(super) struct Context {
    boot_id: String,
    pub(super) most_bytes: u64,
}

/// An import whose blobs are here.
pub(super) struct Incoming<'all> {
    pub(super) store: &'all Store,
    pub(super) layers: &'all Arc<LayerStore>,
    pub(super) staging: &'all Staging,
    pub(super) context: &'all Context,
    pub(super) is_cancelled: &'all dyn Fn() -> bool,
}

/// What became of it.
#[derive(Debug)]
pub(super) struct TakenIn {
    info: SnapshotInfo,
    /// New layers whose size is not known yet.
    uncounted: Vec<String>,
}

/// The layers of the snapshot so far, bottom first.
#[derive(Default)]
struct Chain {
    /// What they stand on; the server's own image when absent.
    image: Option<String>,
    places: Vec<LayerPlace>,
    /// Of those that came, in the order of `places`.
    names: Vec<Option<KnownBlob>>,
    used: BTreeSet<String>,
    leases: Vec<Lease>,
}

impl Boxes {
    pub(super) fn incoming_context(&self) -> Context {
        Context {
            boot_id: self.boot_id(),
            most_bytes: self.inner.parts.most_import_bytes,
        }
    }

    /// Lets the background see to what was taken in.
    pub(super) fn imported(&self, taken: TakenIn) -> SnapshotInfo {
        for layer_id in taken.uncounted {
            self.count_in_background(layer_id);
        }
        self.make_durable_in_background();
        taken.info
    }
}

impl Incoming<'_> {
    pub(super) fn take_in(
        &self,
        manifest: &Manifest,
        wishes: &Wishes,
    ) -> Result<TakenIn, BoxError> {
        manifest.check()?;
        let document = &manifest.config;
        let spool = self.staging.spool();
        let bytes = spool.document(&document.name()?, document.size, documents::MOST_BYTES)?;
        let configuration: Configuration = documents::read("the configuration", &bytes)?;
        let diff_ids = check_layers(manifest, &configuration)?;
        if !wishes.allow_other_base {
            check_base(&configuration, self.layers)?;
        }
        let mut description = Description::of(&configuration)?;
        let image = image_below(&configuration, self.layers).map(str::to_owned);
        description.settings.image.clone_from(&image);
        let most = self.layers.most_layers(image.as_deref())?;
        if diff_ids.len() > most {
            return Err(too_many(diff_ids.len(), most).into());
        }
        let mut chain = Chain {
            image,
            ..Chain::default()
        };
        let mut limits = Limits::new(self.context.most_bytes);
        for (descriptor, diff_id) in manifest.layers.iter().zip(&diff_ids) {
            if !self.use_known(diff_id, &mut chain)? {
                self.unpack(descriptor, diff_id, &mut chain, &mut limits)?;
            }
        }
        if (self.is_cancelled)() {
            return Err(ArchiveError::Cancelled.into());
        }
        self.publish(&chain, description, wishes)
    }

    /// Whether a layer with this tar file is here and was used.
    fn use_known(&self, diff_id: &BlobName, chain: &mut Chain) -> Result<bool, BoxError> {
        let diff_id = diff_id.to_string();
        for layer_id in self.store.layers_with_diff_id(&diff_id)? {
            // overlayfs takes no directory twice.
            if chain.used.contains(&layer_id) {
                continue;
            }
            let lease = self.layers.lease(std::slice::from_ref(&layer_id));
            // The record goes before the layer does, so what is still recorded now stays.
            let ids = self.store.layers_with_diff_id(&diff_id)?;
            if ids.contains(&layer_id) && self.layers.fits(&layer_id, chain.image.as_deref())? {
                chain.leases.push(lease);
                chain.used.insert(layer_id.clone());
                chain.places.push(LayerPlace::Stored(layer_id));
                chain.names.push(None);
                return Ok(true);
            }
        }
        Ok(false)
    }

    fn unpack(
        &self,
        descriptor: &Descriptor,
        diff_id: &BlobName,
        chain: &mut Chain,
        limits: &mut Limits,
    ) -> Result<(), BoxError> {
        let blob = descriptor.name()?;
        if !self.staging.spool().has(&blob) {
            return Err(BoxError::Conflict(format!(
                "the layer {blob} is neither in the archive nor on this server: import the snapshot \
                 that the archive was made since first, or export it without since"
            )));
        }
        let number = chain.places.len();
        let layer = PackedLayer {
            blob: &blob,
            size: descriptor.size,
            compression: descriptor.compression()?,
            diff_id,
        };
        let below = (chain.image.as_deref(), chain.places.as_slice());
        let unpacked = self
            .staging
            .unpack(number, &layer, below, limits, self.is_cancelled);
        let names = KnownBlob {
            diff_id: diff_id.to_string(),
            digest: blob.to_string(),
            size_bytes: descriptor.size,
        };
        match unpacked.map_err(as_refusal)? {
            Unpacked::Nothing => {}
            unpacked => {
                chain.places.push(LayerPlace::Staged(number));
                chain
                    .names
                    .push((unpacked == Unpacked::Whole).then_some(names));
            }
        }
        Ok(())
    }

    fn publish(
        &self,
        chain: &Chain,
        description: Description,
        wishes: &Wishes,
    ) -> Result<TakenIn, BoxError> {
        let mut layers = Vec::new();
        let mut made = Vec::new();
        let stored = self
            .publish_layers(chain, &mut layers, &mut made)
            .and_then(|()| {
                let new = NewSnapshot {
                    id: ids::snapshot_id()?,
                    name: wishes
                        .name
                        .clone()
                        .or(description.name)
                        .unwrap_or_else(|| name_from_time(OffsetDateTime::now_utc())),
                    box_id: description.box_id,
                    settings: description.settings,
                    sealed_secrets: None,
                    created_at: description.created_at,
                    labels: wishes.labels.clone().unwrap_or(description.labels),
                    pinned: false,
                    expires_at: None,
                    layer: None,
                };
                let stored = self.store.insert_imported(&new, &layers)?;
                stored.ok_or_else(|| {
                    BoxError::Conflict(
                        "a layer that the archive builds on was deleted meanwhile; try again"
                            .to_owned(),
                    )
                })
            });
        match stored {
            Ok(info) => {
                let uncounted = layers.into_iter().filter_map(|layer| match layer {
                    ImportedLayer::New(layer, _) if !layer.counted => Some(layer.id),
                    _ => None,
                });
                Ok(TakenIn {
                    info,
                    uncounted: uncounted.collect(),
                })
            }
            Err(error) => {
                for layer_id in made {
                    self.layers.remove_layer(&layer_id)?;
                }
                Err(error)
            }
        }
    }

    fn publish_layers(
        &self,
        chain: &Chain,
        layers: &mut Vec<ImportedLayer>,
        made: &mut Vec<String>,
    ) -> Result<(), BoxError> {
        for (place, names) in chain.places.iter().zip(&chain.names) {
            layers.push(match place {
                LayerPlace::Stored(layer_id) => ImportedLayer::Known(layer_id.clone()),
                LayerPlace::Staged(number) => {
                    let id = ids::imported_layer_id()?;
                    self.staging.publish(*number, &id)?;
                    made.push(id.clone());
                    let measured = self.layers.measure(&id, Some(COUNT_BUDGET));
                    let (size_bytes, counted) = measured.unwrap_or((1, false));
                    let layer = NewLayer {
                        id,
                        size_bytes,
                        counted,
                        boot_id: self.context.boot_id.clone(),
                        box_continues_on_it: false,
                    };
                    ImportedLayer::New(layer, names.clone())
                }
            });
        }
        Ok(())
    }
}

/// What comes from outside fails to be read only when it is not what it says, or breaks off.
pub(super) fn as_refusal(error: ArchiveError) -> ArchiveError {
    match error {
        ArchiveError::Stream(error) => {
            ArchiveError::refused(format!("the archive can't be read: {error}"))
        }
        error => error,
    }
}

pub(super) fn most_bytes_exceeded(most: u64) -> ArchiveError {
    ArchiveError::TooLarge(format!(
        "the archive holds more than {most} bytes, the most that this server takes"
    ))
}

fn too_many(layers: usize, most: usize) -> ArchiveError {
    ArchiveError::TooLarge(format!(
        "the image has {layers} layers; at most {most} are taken"
    ))
}

pub(super) fn check_layers(
    manifest: &Manifest,
    configuration: &Configuration,
) -> Result<Vec<BlobName>, ArchiveError> {
    let diff_ids = &configuration.rootfs.diff_ids;
    if configuration.os != "linux" {
        return Err(ArchiveError::refused(format!(
            "the image is for {:?}; boxes are Linux",
            configuration.os
        )));
    }
    if diff_ids.len() != manifest.layers.len() {
        return Err(ArchiveError::refused(format!(
            "the manifest lists {} layers, and the configuration {}",
            manifest.layers.len(),
            diff_ids.len()
        )));
    }
    if diff_ids.len() > MOST_LAYERS {
        return Err(too_many(diff_ids.len(), MOST_LAYERS));
    }
    for layer in &manifest.layers {
        layer.compression()?;
    }
    diff_ids.iter().map(|text| BlobName::parse(text)).collect()
}
