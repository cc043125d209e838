//! What an import has brought so far. Nothing of it is a layer until it is published, and all that
//! is not goes with it.

use std::fs;
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::blob::{BlobName, Compression, Hashing};
use super::error::ArchiveError;
use super::limits::{Limits, Metered};
use super::spool::Spool;
use super::tar_reader::TarReader;
use super::unpack::{Below, Unpacker};
use crate::snapshots::LayerStore;
use crate::snapshots::error::On;

/// Small reads of a tar file cost less in pieces of this size.
const PIECE: usize = 128 * 1024;

/// A directory of one import.
#[derive(Debug)]
pub struct Staging {
    store: Arc<LayerStore>,
    directory: PathBuf,
    spool: Spool,
}

/// A layer to unpack.
#[derive(Debug)]
pub struct PackedLayer<'all> {
    /// Its blob.
    pub blob: &'all BlobName,
    /// Bytes of the blob.
    pub size: u64,
    /// How the blob is compressed.
    pub compression: Compression,
    /// What the tar file in it must be.
    pub diff_id: &'all BlobName,
}

impl PackedLayer<'_> {
    /// Unpacks it from its blob, and makes sure that it is what it should be.
    pub(in crate::snapshots) fn unpack(
        &self,
        spool: &Spool,
        unpacker: Unpacker<'_>,
        limits: &mut Limits,
    ) -> Result<Unpacked, ArchiveError> {
        let plain = self.compression.reader(spool.open(self.blob, self.size)?)?;
        let mut entries_left = limits.clone();
        let mut tar = Hashing::new(Metered::new(plain, self.size, limits));
        let reader = TarReader::new(BufReader::with_capacity(PIECE, &mut tar));
        let unpacked = unpacker.unpack(reader, &mut entries_left)?;
        let (found, _) = tar.finish();
        limits.take_entries_of(&entries_left);
        if found != *self.diff_id {
            return Err(ArchiveError::refused(format!(
                "what {} unpacks to is {found}, where the image's configuration says {}",
                self.blob, self.diff_id
            )));
        }
        Ok(unpacked)
    }
}

/// What an unpacked layer is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unpacked {
    /// It holds nothing, so there is no layer.
    Nothing,
    /// It is what its tar file says, whatever lies below it.
    Whole,
    /// Something in it was taken from what lies below it.
    Completed,
}

impl Staging {
    pub(in crate::snapshots) fn begin(
        store: &Arc<LayerStore>,
        directory: PathBuf,
    ) -> Result<Self, ArchiveError> {
        let blobs = directory.join("blobs");
        let staging = Self {
            store: Arc::clone(store),
            spool: Spool::new(blobs.clone()),
            directory,
        };
        fs::create_dir_all(&blobs).on("create", &blobs)?;
        Ok(staging)
    }

    /// Where its blobs are.
    pub const fn spool(&self) -> &Spool {
        &self.spool
    }

    /// Unpacks layer `number`. Under it are the layers `below`, bottom first, and `image`.
    ///
    /// # Errors
    /// When it is hostile or damaged.
    pub fn unpack(
        &self,
        number: usize,
        layer: &PackedLayer<'_>,
        (image, below): (Option<&str>, &[LayerPlace]),
        limits: &mut Limits,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Unpacked, ArchiveError> {
        let target = self.layer(number);
        self.store.places().make(&target)?;
        let below = below.iter().map(|place| match place {
            LayerPlace::Stored(layer_id) => self.store.layer(layer_id),
            LayerPlace::Staged(number) => self.layer(*number),
        });
        let parts = &self.store.bases().get(image)?.parts;
        let below = Below::new(parts, below.collect());
        let unpacker = Unpacker::new(
            parts,
            self.store.owner_to_give(),
            &target,
            below,
            is_cancelled,
        );
        let unpacked = layer.unpack(&self.spool, unpacker, limits)?;
        if unpacked == Unpacked::Nothing {
            fs::remove_dir(&target).on("remove", &target)?;
        }
        Ok(unpacked)
    }

    /// Makes an unpacked layer one of the store's.
    ///
    /// # Errors
    /// When the rename fails.
    pub fn publish(&self, number: usize, layer_id: &str) -> Result<(), ArchiveError> {
        let layer = self.store.layer(layer_id);
        Ok(fs::rename(self.layer(number), &layer).on("publish", &layer)?)
    }

    fn layer(&self, number: usize) -> PathBuf {
        self.directory.join(format!("layer-{number}"))
    }
}

/// Where a layer lies while an import goes on.
#[derive(Clone, Debug)]
pub enum LayerPlace {
    /// It was here before.
    Stored(String),
    /// It came with the import.
    Staged(usize),
}

impl Drop for Staging {
    fn drop(&mut self) {
        let directory: &Path = &self.directory;
        if let Err(error) = self.store.trash().take(directory) {
            tracing::warn!(%error, "what an import left is removed at the next start");
        }
    }
}
