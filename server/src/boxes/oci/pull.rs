//! A snapshot comes from a registry: its manifest, and the blobs that are missing here.

use std::sync::Arc;

use oci_client::RegistryOperation;
use tokio_util::io::{StreamReader, SyncIoBridge};
use tokio_util::sync::CancellationToken;
use upstash_box_wasm::api_types::{PullSnapshotRequest, SnapshotInfo};

use super::documents::{self, Configuration, DOCKER_MANIFEST, Descriptor, MANIFEST, Manifest};
use super::import::Wishes;
use super::progress::{Counted, Progress};
use super::registry::Registry;
use super::take_in::{Incoming, most_bytes_exceeded};
use crate::boxes::transfers::TransferPlace;
use crate::boxes::{BoxError, Boxes, ids};
use crate::snapshots::{ArchiveError, BlobName, Staging};

/// What a pull works with.
struct Pull<'all> {
    boxes: &'all Boxes,
    registry: Registry,
    staging: Arc<Staging>,
    progress: Arc<Progress>,
    cancelled: CancellationToken,
    place: TransferPlace,
}

impl Boxes {
    /// Pulls an image and makes a snapshot of it. Layers that are here are not fetched.
    pub(crate) async fn pull(
        &self,
        request: PullSnapshotRequest,
        progress: Arc<Progress>,
    ) -> Result<SnapshotInfo, BoxError> {
        let wishes = Wishes {
            name: request.name,
            labels: request.labels,
            allow_other_base: request.allow_other_base,
        };
        wishes.check()?;
        let place = self.begin_transfer()?;
        let registry = Registry::enter(request.image, RegistryOperation::Pull).await?;
        let manifest = registry.manifest().await?;
        let layers = Arc::clone(&self.inner.parts.layers);
        let staging = self
            .blocking(move |_| Ok(layers.begin_import(&ids::imported_layer_id()?)?))
            .await?;
        let cancelled = CancellationToken::new();
        let _cancel_when_dropped = cancelled.clone().drop_guard();
        let pull = Pull {
            boxes: self,
            registry,
            staging: Arc::new(staging),
            progress,
            cancelled: cancelled.clone(),
            place: place.clone(),
        };
        pull.fetch_all(&manifest).await?;
        let (layers, staging) = (Arc::clone(&self.inner.parts.layers), pull.staging);
        let context = self.incoming_context();
        let taken = self
            .blocking(move |store| {
                let _place = place;
                let incoming = Incoming {
                    store,
                    layers: &layers,
                    staging: &staging,
                    context: &context,
                    is_cancelled: &|| cancelled.is_cancelled(),
                };
                incoming.take_in(&manifest, &wishes)
            })
            .await?;
        Ok(self.imported(taken))
    }
}

impl Registry {
    async fn manifest(&self) -> Result<Manifest, BoxError> {
        let kinds = [MANIFEST, DOCKER_MANIFEST];
        let pulled = self
            .client
            .pull_manifest_raw(&self.image, &self.access, &kinds)
            .await;
        let (bytes, _) = pulled.map_err(|error| self.failed(error))?;
        let found = BlobName::of(&bytes);
        if let Some(wanted) = self.image.digest()
            && wanted != found.to_string()
        {
            return Err(ArchiveError::refused(format!(
                "the registry sent the manifest {found} in place of {wanted}"
            ))
            .into());
        }
        let manifest: Manifest = documents::read("the manifest", &bytes)?;
        manifest.check()?;
        Ok(manifest)
    }
}

impl Pull<'_> {
    /// Fetches the configuration, and then the layers that it names and that are not here.
    async fn fetch_all(&self, manifest: &Manifest) -> Result<(), BoxError> {
        if manifest.config.size > documents::MOST_BYTES {
            return Err(ArchiveError::refused("the configuration is too large").into());
        }
        self.fetch(&manifest.config).await?;
        let missing = self.missing(manifest).await?;
        let total: u64 = missing.iter().map(|layer| layer.size).sum();
        if total > self.boxes.inner.parts.most_import_bytes {
            return Err(most_bytes_exceeded(self.boxes.inner.parts.most_import_bytes).into());
        }
        self.progress.expect(total + manifest.config.size);
        for layer in missing {
            if !self.staging.spool().has(&layer.name()?) {
                self.fetch(&layer).await?;
            }
        }
        Ok(())
    }

    async fn missing(&self, manifest: &Manifest) -> Result<Vec<Descriptor>, BoxError> {
        let staging = Arc::clone(&self.staging);
        let manifest = manifest.clone();
        self.boxes
            .blocking(move |store| {
                let document = &manifest.config;
                let most = documents::MOST_BYTES;
                let bytes = staging
                    .spool()
                    .document(&document.name()?, document.size, most)?;
                let configuration: Configuration = documents::read("the configuration", &bytes)?;
                let mut missing = Vec::new();
                // A list that is too short is refused later, with all else that is wrong.
                let diff_ids = configuration.rootfs.diff_ids.iter();
                for (layer, diff_id) in manifest.layers.iter().zip(diff_ids) {
                    if store.layers_with_diff_id(diff_id)?.is_empty() {
                        missing.push(layer.clone());
                    }
                }
                Ok(missing)
            })
            .await
    }

    async fn fetch(&self, blob: &Descriptor) -> Result<(), BoxError> {
        let (name, size) = (blob.name()?, blob.size);
        let registry = &self.registry;
        let pulled = registry
            .client
            .pull_blob_stream(&registry.image, blob.digest.as_str())
            .await;
        let stream = pulled.map_err(|error| registry.failed(error))?.stream;
        let mut content = Counted {
            input: SyncIoBridge::new(StreamReader::new(stream)),
            progress: Arc::clone(&self.progress),
            cancelled: self.cancelled.clone(),
        };
        let (staging, place) = (Arc::clone(&self.staging), self.place.clone());
        let from = registry.image.resolve_registry().to_owned();
        self.boxes
            .blocking(move |_| {
                let _place = place;
                let taken = staging.spool().take_in(&name, size, &mut content);
                taken.map_err(|error| match error {
                    ArchiveError::Stream(error) => {
                        BoxError::Registry(format!("the registry {from} broke off: {error}"))
                    }
                    error => error.into(),
                })
            })
            .await
    }
}
