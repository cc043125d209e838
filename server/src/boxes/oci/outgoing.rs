//! A snapshot as an image that is about to leave: all its documents, and the names of its layers.

use std::sync::Arc;

use super::description::{self, architecture};
use super::documents::{
    self, CONFIGURATION, Configuration, Descriptor, Execution, LAYER, MANIFEST, Manifest,
    RootFilesystem,
};
use crate::boxes::snapshot_files::{HeldLayers, hold_snapshot};
use crate::boxes::{BoxError, Boxes, paths};
use crate::snapshots::{BlobName, DiskChain, LayerStore, Packed};
use crate::store::{KnownBlob, Store};

/// A layer of the image.
#[derive(Clone, Debug)]
pub(super) struct OutgoingLayer {
    /// `None`: the empty layer of a snapshot that holds nothing.
    pub(super) layer_id: Option<String>,
    /// What the snapshot stands on; the server's own image when absent.
    pub(super) image: Option<String>,
    pub(super) packed: Packed,
}

/// An image whose layers stay where they are while this lives.
#[derive(Debug)]
pub(super) struct Outgoing {
    pub(super) held: HeldLayers,
    /// Bottom first.
    pub(super) layers: Vec<OutgoingLayer>,
    pub(super) configuration: Vec<u8>,
    pub(super) manifest: Vec<u8>,
}

impl Boxes {
    /// Describes a snapshot as an image. The first time this reads all its layers, as an image names
    /// them by their digests; those are kept.
    pub(super) async fn outgoing(
        &self,
        snapshot_id: &str,
        is_cancelled: impl Fn() -> bool + Send + 'static,
    ) -> Result<Outgoing, BoxError> {
        let settings = self.restorable(snapshot_id).await?.settings;
        let info = self.get_snapshot(snapshot_id).await?;
        let layers = Arc::clone(&self.inner.parts.layers);
        self.blocking(move |store| {
            let held = hold_snapshot(store, &layers, &info.id)?;
            let packed = name_layers(store, &layers, &held.chain, &is_cancelled)?;
            let base = layers.base(held.chain.image.as_deref())?;
            let configuration = documents::write(&Configuration {
                created: Some(description::created(&info)),
                architecture: architecture().to_owned(),
                os: "linux".to_owned(),
                config: Execution {
                    working_dir: paths::WORKSPACE.to_owned(),
                    env: None,
                    labels: Some(description::labels(&info, &settings, base)),
                },
                rootfs: RootFilesystem {
                    r#type: "layers".to_owned(),
                    diff_ids: diff_ids(&packed),
                },
            });
            let size = configuration.len() as u64;
            let of_layer = |layer: &OutgoingLayer| {
                Descriptor::of(LAYER, &layer.packed.name, layer.packed.size)
            };
            let manifest = documents::write(&Manifest {
                schema_version: 2,
                media_type: Some(MANIFEST.to_owned()),
                config: Descriptor::of(CONFIGURATION, &BlobName::of(&configuration), size),
                layers: packed.iter().map(of_layer).collect(),
                annotations: description::annotations(&info),
            });
            Ok(Outgoing {
                held,
                layers: packed,
                configuration,
                manifest,
            })
        })
        .await
    }
}

fn diff_ids(layers: &[OutgoingLayer]) -> Vec<String> {
    let diff_ids = layers.iter().map(|layer| layer.packed.diff_id.to_string());
    diff_ids.collect()
}

fn name_layers(
    store: &Store,
    layers: &LayerStore,
    chain: &DiskChain,
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Vec<OutgoingLayer>, BoxError> {
    if chain.layers.is_empty() {
        return Ok(vec![OutgoingLayer {
            layer_id: None,
            image: None,
            packed: layers.pack_nothing(&mut std::io::sink())?,
        }]);
    }
    let mut named = Vec::with_capacity(chain.layers.len());
    let image = chain.image.as_deref();
    for layer_id in &chain.layers {
        named.push(OutgoingLayer {
            packed: name_layer(store, layers, (layer_id, image), is_cancelled)?,
            layer_id: Some(layer_id.clone()),
            image: chain.image.clone(),
        });
    }
    Ok(named)
}

fn name_layer(
    store: &Store,
    layers: &LayerStore,
    (layer_id, image): (&str, Option<&str>),
    is_cancelled: &dyn Fn() -> bool,
) -> Result<Packed, BoxError> {
    if let Some(known) = store.layer_blob(layer_id, Packed::ENCODING)? {
        return Ok(Packed {
            name: BlobName::parse(&known.digest)?,
            diff_id: BlobName::parse(&known.diff_id)?,
            size: known.size_bytes,
        });
    }
    let packed = layers.pack(layer_id, image, &mut std::io::sink(), is_cancelled)?;
    let known = KnownBlob {
        diff_id: packed.diff_id.to_string(),
        digest: packed.name.to_string(),
        size_bytes: packed.size,
    };
    store.keep_layer_blob(layer_id, Packed::ENCODING, &known)?;
    Ok(packed)
}
