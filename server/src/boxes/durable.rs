//! Gets layers to the disk, without anybody waiting for it.
//!
//! A snapshot is ready as soon as it is recorded: killing the server loses nothing of it. The
//! machine losing power is another matter, so layers are synced in the background, and what was not
//! by then is never restored as if it were whole.

use std::sync::atomic::Ordering;
use std::sync::{Arc, MutexGuard, PoisonError};
use std::time::Duration;

use tokio::task::JoinHandle;

use super::Boxes;
use super::error::BoxError;
use crate::snapshots::Unneeded;

/// Snapshots taken within this time share a sync, which slows down whoever writes meanwhile.
const GATHER: Duration = Duration::from_secs(1);

impl Boxes {
    /// Names this run of the machine.
    pub(super) fn boot_id(&self) -> String {
        self.inner.parts.boot_id.clone()
    }

    /// Syncs what is not durable yet. One sync at a time: it covers all that was written before.
    pub(super) fn make_durable_in_background(&self) {
        self.inner.unsynced.store(true, Ordering::Release);
        if self.inner.syncing.swap(true, Ordering::AcqRel) {
            return;
        }
        let this = self.clone();
        tokio::spawn(async move {
            while this.inner.unsynced.load(Ordering::Acquire) {
                tokio::time::sleep(GATHER).await;
                this.inner.unsynced.store(false, Ordering::Release);
                if let Err(error) = this.make_durable().await {
                    tracing::warn!(%error, "layers could not be brought to the disk");
                    break;
                }
            }
            this.inner.syncing.store(false, Ordering::Release);
            // Asked for between the last look and the line above.
            if this.inner.unsynced.load(Ordering::Acquire) {
                this.make_durable_in_background();
            }
        });
    }

    /// Brings what is recorded to the disk, without anybody waiting for it.
    pub(super) fn sync_records(&self) -> JoinHandle<()> {
        let store = Arc::clone(&self.inner.parts.store);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = store.sync() {
                tracing::warn!(%error, "a power cut may lose records");
            }
        })
    }

    pub(super) async fn make_durable(&self) -> Result<(), BoxError> {
        let layers = Arc::clone(&self.inner.parts.layers);
        let this = self.clone();
        self.blocking(move |store| {
            let written = store.undurable_layers()?;
            let unneeded = std::mem::take(&mut *this.unneeded());
            if written.is_empty() && unneeded.is_empty() {
                return Ok(());
            }
            if let Err(error) = layers.sync() {
                this.unneeded().extend(unneeded);
                return Err(error.into());
            }
            // First, because on a full disk it makes room for what comes next.
            let (mut left, mut failed) = (Vec::new(), None);
            for one in unneeded {
                if let Err(error) = layers.remove(&one) {
                    left.push(one);
                    failed = Some(error);
                }
            }
            this.unneeded().extend(left);
            store.set_durable(&written)?;
            failed.map_or(Ok(()), |error| Err(error.into()))
        })
        .await
    }

    /// Removes layers and boxes as soon as the record that freed them is on the disk: a power cut
    /// that takes the record back must find them. When the server ends before, the next start does
    /// it.
    pub(super) fn remove_when_durable(&self, unneeded: impl IntoIterator<Item = Unneeded>) {
        self.unneeded().extend(unneeded);
        self.make_durable_in_background();
    }

    /// The same for layers alone.
    pub(super) fn remove_layers_when_durable(&self, freed: Vec<String>) {
        self.remove_when_durable(freed.into_iter().map(Unneeded::Layer));
    }

    fn unneeded(&self) -> MutexGuard<'_, Vec<Unneeded>> {
        let unneeded = self.inner.unneeded.lock();
        unneeded.unwrap_or_else(PoisonError::into_inner)
    }
}
