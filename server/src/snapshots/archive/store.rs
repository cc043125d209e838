//! What the store does for archives: writing its layers as blobs, and a place for what comes in.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::blob::{self, Packed};
use super::error::ArchiveError;
use super::pack::Packer;
use super::staging::Staging;
use super::tar_writer::TarWriter;
use crate::snapshots::LayerStore;
use crate::snapshots::view::{self, Floor};

impl LayerStore {
    /// Writes a layer of a disk that stands on `image`, compressed, into `output`. The same layer always makes the same bytes.
    ///
    /// # Errors
    /// When it can't be read, or holds what has no form in an archive, or `output` fails.
    pub fn pack(
        &self,
        layer_id: &str,
        image: Option<&str>,
        output: &mut dyn Write,
        is_cancelled: &dyn Fn() -> bool,
    ) -> Result<Packed, ArchiveError> {
        let parts = &self.bases().get(image)?.parts;
        let mounts = parts.iter().map(|part| part.target.clone());
        let mounts: Vec<PathBuf> = mounts.filter(|target| target != Path::new("/")).collect();
        let chain = [layer_id.to_owned()];
        blob::pack(output, |tar| {
            let mut packer = Packer::new(tar, self.owner(), &mounts, is_cancelled);
            for part in parts {
                for path in self.layers_of(part, &chain) {
                    packer.node(&part.target, &view::root(&[Floor::open(&path)?]))?;
                }
            }
            packer.finish()
        })
    }

    /// Writes a layer that holds nothing: an image must have one.
    ///
    /// # Errors
    /// When `output` fails.
    pub fn pack_nothing(&self, output: &mut dyn Write) -> Result<Packed, ArchiveError> {
        blob::pack(output, |tar| TarWriter::new(tar).finish().map(drop))
    }

    /// A place for what an import brings.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn begin_import(self: &Arc<Self>, id: &str) -> Result<Staging, ArchiveError> {
        Staging::begin(self, self.imports().join(id))
    }
}
