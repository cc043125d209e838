//! A snapshot goes to a registry: the blobs that are missing there, and then the manifest.

use std::sync::Arc;

use bytes::Bytes;
use futures_util::stream::unfold;
use hyper::header::HeaderValue;
use oci_client::RegistryOperation;
use oci_client::errors::OciDistributionError;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;
use upstash_box_wasm::api_types::{PushSnapshotRequest, PushedSnapshot};

use super::documents::MANIFEST;
use super::export::{Output, write_layer};
use super::outgoing::OutgoingLayer;
use super::progress::Progress;
use super::registry::Registry;
use crate::boxes::transfers::TransferPlace;
use crate::boxes::{BoxError, Boxes};
use crate::snapshots::{ArchiveError, BlobName};

/// Pieces that wait for a slow registry.
const PIECES: usize = 4;

impl Boxes {
    /// Pushes a snapshot as an image. What the registry has is not sent again.
    pub(crate) async fn push(
        &self,
        snapshot_id: &str,
        request: PushSnapshotRequest,
        progress: Arc<Progress>,
    ) -> Result<PushedSnapshot, BoxError> {
        self.restorable(snapshot_id).await?;
        let place = self.begin_transfer()?;
        let registry = Registry::enter(request.image, RegistryOperation::Push).await?;
        let cancelled = CancellationToken::new();
        let _cancel_when_dropped = cancelled.clone().drop_guard();
        let outgoing = self
            .outgoing(snapshot_id, move || cancelled.is_cancelled())
            .await?;
        let layers = outgoing.layers.iter().map(|layer| layer.packed.size);
        let size_bytes = layers.sum::<u64>() + outgoing.configuration.len() as u64;
        progress.expect(size_bytes);
        let mut uploaded_bytes = 0;
        for layer in &outgoing.layers {
            if registry.has(&layer.packed.name).await? {
                progress.add(usize::try_from(layer.packed.size).unwrap_or(usize::MAX));
            } else {
                self.push_layer(&registry, layer, &progress, &place).await?;
                uploaded_bytes += layer.packed.size;
            }
        }
        let configuration = BlobName::of(&outgoing.configuration);
        let bytes = Bytes::from(outgoing.configuration);
        if !registry.has(&configuration).await? {
            uploaded_bytes += bytes.len() as u64;
            registry.push_small(bytes.clone(), &configuration).await?;
        }
        progress.add(bytes.len());
        let digest = BlobName::of(&outgoing.manifest);
        registry.push_manifest(outgoing.manifest).await?;
        Ok(PushedSnapshot {
            reference: registry.image.to_string(),
            digest: digest.to_string(),
            size_bytes,
            uploaded_bytes,
        })
    }

    async fn push_layer(
        &self,
        registry: &Registry,
        layer: &OutgoingLayer,
        progress: &Arc<Progress>,
        place: &TransferPlace,
    ) -> Result<(), BoxError> {
        let (sender, receiver) = mpsc::channel(PIECES);
        let layers = Arc::clone(&self.inner.parts.layers);
        let (written, place) = (layer.clone(), place.clone());
        let writing = tokio::task::spawn_blocking(move || {
            let _place = place;
            let mut output = Output::new(sender);
            let written = write_layer(&layers, &written, &mut output)
                .and_then(|()| Ok(std::io::Write::flush(&mut output)?));
            if let Err(error) = written
                && !matches!(error, ArchiveError::Cancelled)
            {
                output.fail(OciDistributionError::IoError(error.into()));
            }
        });
        let counted = unfold(
            (receiver, Arc::clone(progress)),
            |(mut receiver, progress)| async move {
                let piece: Result<Bytes, OciDistributionError> = receiver.recv().await?;
                if let Ok(bytes) = &piece {
                    progress.add(bytes.len());
                }
                Some((piece, (receiver, progress)))
            },
        );
        let (name, size) = (layer.packed.name.to_string(), Some(layer.packed.size));
        let image = &registry.image;
        let pushed = registry
            .client
            .push_blob_stream(image, counted, &name, size)
            .await;
        pushed.map_err(|error| registry.failed(error))?;
        writing
            .await
            .map_err(|error| BoxError::Interrupted(error.to_string()))
    }
}

impl Registry {
    async fn has(&self, name: &BlobName) -> Result<bool, BoxError> {
        let found = self
            .client
            .blob_exists(&self.image, &name.to_string())
            .await;
        found.map_err(|error| self.failed(error))
    }

    async fn push_small(&self, bytes: Bytes, name: &BlobName) -> Result<(), BoxError> {
        let pushed = self
            .client
            .push_blob(&self.image, bytes, &name.to_string())
            .await;
        pushed.map(drop).map_err(|error| self.failed(error))
    }

    async fn push_manifest(&self, manifest: Vec<u8>) -> Result<(), BoxError> {
        let kind = HeaderValue::from_static(MANIFEST);
        let pushed = self
            .client
            .push_manifest_raw(&self.image, manifest, kind)
            .await;
        pushed.map(drop).map_err(|error| self.failed(error))
    }
}
