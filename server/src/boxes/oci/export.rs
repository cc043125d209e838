//! A snapshot leaves as a tar file of an OCI image layout, written while it is read.

use std::io::{self, Write};
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

use super::description::{LEFT_OUT, SINCE};
use super::documents::{self, Descriptor, INDEX, Index, MANIFEST};
use super::outgoing::{Outgoing, OutgoingLayer};
use crate::boxes::snapshot_files::hold_snapshot;
use crate::boxes::{BoxError, Boxes};
use crate::snapshots::{ArchiveError, BlobName, LayerStore, TarWriter};

const LAYOUT: &[u8] = br#"{"imageLayoutVersion":"1.0.0"}"#;

/// Listed because some tools can't make them on their own as an ordinary user.
const DIRECTORIES: [&str; 2] = ["blobs/", "blobs/sha256/"];

/// Pieces that wait for a slow reader.
const PIECES: usize = 4;
const PIECE: usize = 64 * 1024;

/// An archive that is being written.
#[derive(Debug)]
pub(crate) struct Export {
    /// Bytes that will come.
    pub(crate) size_bytes: u64,
    pieces: mpsc::Receiver<io::Result<Bytes>>,
}

impl Export {
    /// The next piece; `None` at the end.
    pub(crate) async fn next(&mut self) -> Option<io::Result<Bytes>> {
        self.pieces.recv().await
    }
}

/// What goes into the archive, and in which order.
struct Plan {
    outgoing: Outgoing,
    index: Vec<u8>,
    /// How many of the lowest layers stay out.
    left_out: usize,
}

impl Boxes {
    /// Starts to write the archive of a snapshot, without the layers that `since` has too.
    pub(crate) async fn export(
        &self,
        snapshot_id: &str,
        since: Option<&str>,
    ) -> Result<Export, BoxError> {
        let place = self.begin_transfer()?;
        let cancelled = CancellationToken::new();
        let _cancel_when_dropped = cancelled.clone().drop_guard();
        let outgoing = self
            .outgoing(snapshot_id, move || cancelled.is_cancelled())
            .await?;
        let left_out = match since {
            None => 0,
            Some(since) => self.shared_with(&outgoing, snapshot_id, since).await?,
        };
        let plan = Plan::new(outgoing, since, left_out);
        let (sender, pieces) = mpsc::channel(PIECES);
        let export = Export {
            size_bytes: plan.size_bytes(),
            pieces,
        };
        let layers = Arc::clone(&self.inner.parts.layers);
        let store = Arc::clone(&self.inner.parts.store);
        tokio::task::spawn_blocking(move || {
            let _place = place;
            let mut output = Output::new(sender);
            match plan.write(&layers, &mut output) {
                Ok(()) | Err(ArchiveError::Cancelled) => {}
                Err(error) => {
                    tracing::warn!(%error, "an export broke off");
                    // What was remembered of the layers may be what was wrong.
                    if let Err(error) = store.forget_layer_blobs(&plan.outgoing.held.chain.layers) {
                        tracing::warn!(%error, "digests of layers could not be forgotten");
                    }
                    output.fail(error.into());
                }
            }
        });
        Ok(export)
    }

    /// How many layers a snapshot has in common with an earlier one, which must be all of that one's.
    async fn shared_with(
        &self,
        outgoing: &Outgoing,
        snapshot_id: &str,
        since: &str,
    ) -> Result<usize, BoxError> {
        self.restorable(since).await?;
        let (layers, id) = (Arc::clone(&self.inner.parts.layers), since.to_owned());
        let earlier = self
            .blocking(move |store| Ok(hold_snapshot(store, &layers, &id)?.chain.layers))
            .await?;
        if outgoing.held.chain.layers.starts_with(&earlier) {
            return Ok(earlier.len());
        }
        Err(BoxError::Conflict(format!(
            "since: {snapshot_id} does not stand on the layers of {since}; name a snapshot that it \
             was taken on top of, or leave since out"
        )))
    }
}

impl Plan {
    fn new(outgoing: Outgoing, since: Option<&str>, left_out: usize) -> Self {
        let name = BlobName::of(&outgoing.manifest);
        let mut entry = Descriptor::of(MANIFEST, &name, outgoing.manifest.len() as u64);
        if let Some(since) = since {
            entry.annotations.insert(SINCE.to_owned(), since.to_owned());
            entry
                .annotations
                .insert(LEFT_OUT.to_owned(), left_out.to_string());
        }
        let index = documents::write(&Index {
            schema_version: 2,
            media_type: Some(INDEX.to_owned()),
            manifests: vec![entry],
        });
        Self {
            outgoing,
            index,
            left_out,
        }
    }

    /// The layers that are sent, each once.
    fn layers(&self) -> Vec<&OutgoingLayer> {
        let mut layers: Vec<&OutgoingLayer> = Vec::new();
        for layer in self.outgoing.layers.iter().skip(self.left_out) {
            if !layers
                .iter()
                .any(|other| other.packed.name == layer.packed.name)
            {
                layers.push(layer);
            }
        }
        layers
    }

    fn size_bytes(&self) -> u64 {
        let documents = [
            LAYOUT,
            &self.index,
            &self.outgoing.manifest,
            &self.outgoing.configuration,
        ];
        let documents = documents.iter().map(|bytes| bytes.len() as u64);
        let layers = self.layers();
        let blobs = layers.iter().map(|layer| layer.packed.size);
        let files = documents
            .chain(blobs)
            .map(TarWriter::<Output>::size_of_file);
        let directories = DIRECTORIES.map(|_| TarWriter::<Output>::size_of_file(0));
        files.sum::<u64>() + directories.iter().sum::<u64>() + TarWriter::<Output>::SIZE_OF_END
    }

    fn write(&self, layers: &LayerStore, output: &mut Output) -> Result<(), ArchiveError> {
        let mut tar = TarWriter::new(output);
        for path in DIRECTORIES {
            tar.directory(path)?;
        }
        let documents = [
            ("oci-layout".to_owned(), LAYOUT),
            ("index.json".to_owned(), &self.index),
            (
                path_of(&BlobName::of(&self.outgoing.manifest)),
                &self.outgoing.manifest,
            ),
            (
                path_of(&BlobName::of(&self.outgoing.configuration)),
                &self.outgoing.configuration,
            ),
        ];
        for (path, mut bytes) in documents {
            tar.file(&path, bytes.len() as u64, &mut bytes)?;
        }
        for layer in self.layers() {
            tar.begin_file(&path_of(&layer.packed.name), layer.packed.size)?;
            write_layer(layers, layer, tar.output())?;
            tar.end_file(layer.packed.size)?;
        }
        Ok(tar.finish()?.flush()?)
    }
}

/// Writes a layer's blob, which must be what it was when it was named.
pub(super) fn write_layer(
    layers: &LayerStore,
    layer: &OutgoingLayer,
    output: &mut dyn Write,
) -> Result<(), ArchiveError> {
    let packed = match &layer.layer_id {
        Some(layer_id) => layers.pack(layer_id, layer.image.as_deref(), output, &|| false)?,
        None => layers.pack_nothing(output)?,
    };
    if packed == layer.packed {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "the layer {:?} is not what it was: {} became {}",
        layer.layer_id, layer.packed.name, packed.name
    ))
    .into())
}

fn path_of(name: &BlobName) -> String {
    format!("blobs/sha256/{}", name.digits())
}

/// Hands what is written to whoever reads, and waits for a slow one.
pub(super) struct Output<E = io::Error> {
    sender: mpsc::Sender<Result<Bytes, E>>,
    piece: BytesMut,
}

impl<E> Output<E> {
    pub(super) fn new(sender: mpsc::Sender<Result<Bytes, E>>) -> Self {
        Self {
            sender,
            piece: BytesMut::with_capacity(PIECE),
        }
    }

    /// Tells the reader that nothing more comes, and why.
    pub(super) fn fail(&self, error: E) {
        // Nobody reads any more when this fails.
        let _ = self.sender.blocking_send(Err(error));
    }

    fn send(&mut self) -> io::Result<()> {
        let piece = self.piece.split().freeze();
        let sent = self.sender.blocking_send(Ok(piece));
        sent.map_err(|_| ArchiveError::Cancelled.into())
    }
}

impl<E> Write for Output<E> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.piece.extend_from_slice(bytes);
        if self.piece.len() >= PIECE {
            self.send()?;
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self.piece.is_empty() {
            true => Ok(()),
            false => self.send(),
        }
    }
}
