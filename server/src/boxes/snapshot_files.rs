//! Files of a snapshot, read from its layers. No box is started for it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use tokio::fs::File;
use upstash_box_wasm::api_types::FileEntry;

use super::error::BoxError;
use super::files::ReadRange;
use super::{Boxes, paths};
use crate::box_files::{self, FileError};
use crate::linux::KernelError;
use crate::snapshots::{DiskChain, LayerStore, Lease, Tree};
use crate::store::Store;

/// How often a chain that is changed over meanwhile is looked up again.
const ATTEMPTS: usize = 16;

/// The layers of a snapshot, which stay where they are while this lives.
#[derive(Debug)]
pub(super) struct HeldLayers {
    pub(super) chain: DiskChain,
    _lease: Lease,
}

impl Boxes {
    /// One level of a directory of a snapshot; of the workspace when none is named.
    pub(crate) async fn list_snapshot_files(
        &self,
        snapshot_id: &str,
        path: Option<&str>,
    ) -> Result<Vec<FileEntry>, BoxError> {
        let path = match path {
            None | Some("") => paths::WORKSPACE.to_owned(),
            Some(path) => paths::absolute("path", path)?,
        };
        self.in_snapshot(snapshot_id, move |tree| {
            let path = PathBuf::from(path);
            let most = box_files::MOST_ENTRIES;
            let entries = tree.list(&path, most);
            let Some(entries) = entries.map_err(|error| failed(&path, &error))? else {
                return Err(FileError::TooManyEntries { path, most }.into());
            };
            Ok(entries
                .iter()
                .map(|found| box_files::entry(&path, &found.name, &found.stat))
                .collect())
        })
        .await
    }

    /// The content of a file of a snapshot, or a part of it.
    pub(crate) async fn read_snapshot_file(
        &self,
        snapshot_id: &str,
        path: &str,
        range: ReadRange,
    ) -> Result<Vec<u8>, BoxError> {
        range.check()?;
        let (file, size) = self.open_snapshot_file(snapshot_id, path).await?;
        range.read(file, size, path).await
    }

    /// Opens a file of a snapshot for reading; also its length.
    pub(crate) async fn open_snapshot_file(
        &self,
        snapshot_id: &str,
        path: &str,
    ) -> Result<(File, u64), BoxError> {
        let path = PathBuf::from(paths::absolute("path", path)?);
        self.in_snapshot(snapshot_id, move |tree| {
            let file = tree.open(&path).map_err(|error| failed(&path, &error))?;
            let size = file.metadata().map_err(BoxError::Output)?.len();
            Ok((File::from_std(file), size))
        })
        .await
    }

    /// Does `work`, which may block, on the tree of a snapshot.
    async fn in_snapshot<T: Send + 'static>(
        &self,
        snapshot_id: &str,
        work: impl FnOnce(&Tree) -> Result<T, BoxError> + Send + 'static,
    ) -> Result<T, BoxError> {
        self.restorable(snapshot_id).await?;
        let layers = Arc::clone(&self.inner.parts.layers);
        let id = snapshot_id.to_owned();
        self.blocking(move |store| {
            let held = hold_snapshot(store, &layers, &id)?;
            work(&layers.tree(&held.chain, None)?)
        })
        .await
    }
}

/// Makes sure that the layers of a snapshot stay: they may be freed at any moment, or be merged.
pub(super) fn hold_snapshot(
    store: &Store,
    layers: &Arc<LayerStore>,
    snapshot_id: &str,
) -> Result<HeldLayers, BoxError> {
    for _ in 0..ATTEMPTS {
        let held = hold(layers, store.snapshot_chain(snapshot_id)?);
        if store.snapshot_source(snapshot_id)?.is_none() {
            return Err(BoxError::SnapshotNotFound(snapshot_id.to_owned()));
        }
        // The record goes before the layer does, so what is still recorded is still there, and now
        // it stays.
        if store.snapshot_chain(snapshot_id)? == held.chain {
            return Ok(held);
        }
    }
    Err(BoxError::Interrupted(format!(
        "the layers of {snapshot_id} changed too often"
    )))
}

/// Keeps layers that can't be freed now.
pub(super) fn hold(layers: &Arc<LayerStore>, chain: DiskChain) -> HeldLayers {
    HeldLayers {
        _lease: layers.lease(&chain.layers),
        chain,
    }
}

pub(super) fn kernel(error: KernelError) -> BoxError {
    BoxError::Layer(error.into())
}

fn failed(path: &Path, error: &KernelError) -> BoxError {
    box_files::failed(path, error.errno).into()
}
