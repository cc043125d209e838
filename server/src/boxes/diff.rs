//! What differs between a snapshot and another, or between a snapshot and a box as it is now.
//!
//! The comparison runs beside its reader and is never far ahead of it: nothing is gathered, and it
//! ends when nobody reads on. A box goes on working meanwhile, so a file that it changes at that
//! moment is told as it was found.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::Boxes;
use super::error::BoxError;
use super::snapshot_files::{HeldLayers, hold, hold_snapshot, kernel};
use crate::snapshots::{Change, LayerStore};

/// Changes that travel together, at most.
const BATCH: usize = 128;
/// The longest that a change waits for others to travel with.
const GATHER: Duration = Duration::from_millis(20);
/// Batches that may wait for the reader.
const AHEAD: usize = 4;

/// What a snapshot is compared with.
#[derive(Clone, Debug)]
pub(crate) enum Against {
    /// An earlier snapshot: what changed from that one to this one.
    Snapshot(String),
    /// A box: what changed from the snapshot to the box as it is now.
    Box(String),
}

/// Changes as they are found. Dropping it ends the comparison.
#[derive(Debug)]
pub(crate) struct Changes(mpsc::Receiver<Result<Vec<Change>, BoxError>>);

impl Changes {
    /// The next changes, in the order of paths; `None` after the last. An error ends it, too.
    pub(crate) async fn next(&mut self) -> Option<Result<Vec<Change>, BoxError>> {
        self.0.recv().await
    }
}

/// One side of a comparison.
struct Side {
    held: HeldLayers,
    live_box: Option<String>,
}

impl Boxes {
    /// Compares a snapshot.
    pub(crate) async fn diff(
        &self,
        snapshot_id: &str,
        against: Against,
    ) -> Result<Changes, BoxError> {
        let this = self.side_of_snapshot(snapshot_id).await?;
        let (before, after) = match against {
            Against::Snapshot(other) => (self.side_of_snapshot(&other).await?, this),
            Against::Box(reference) => (this, self.side_of_box(&reference).await?),
        };
        if before.held.chain.image != after.held.chain.image {
            return Err(BoxError::Conflict(
                "the two stand on images of different runtimes, so next to every file differs; \
                 compare what stands on the same image"
                    .to_owned(),
            ));
        }
        let layers = Arc::clone(&self.inner.parts.layers);
        let (sender, changes) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            if let Err(error) = compare(&layers, &before, &after, &sender) {
                // Nobody may be there to be told.
                let _ = sender.blocking_send(Err(error));
            }
        });
        Ok(Changes(changes))
    }

    async fn side_of_snapshot(&self, snapshot_id: &str) -> Result<Side, BoxError> {
        self.restorable(snapshot_id).await?;
        let layers = Arc::clone(&self.inner.parts.layers);
        let id = snapshot_id.to_owned();
        let held = self
            .blocking(move |store| hold_snapshot(store, &layers, &id))
            .await?;
        Ok(Side {
            held,
            live_box: None,
        })
    }

    /// With the box's lock held, so that its layers are not exchanged while they are taken down.
    async fn side_of_box(&self, reference: &str) -> Result<Side, BoxError> {
        let entered = self.enter(reference).await?;
        let id = entered.id().to_owned();
        let layers = Arc::clone(&self.inner.parts.layers);
        let chain_of = id.clone();
        let held = self
            .blocking(move |store| Ok(hold(&layers, store.box_chain(&chain_of)?)))
            .await?;
        Ok(Side {
            held,
            live_box: Some(id),
        })
    }
}

fn compare(
    layers: &LayerStore,
    before: &Side,
    after: &Side,
    sender: &mpsc::Sender<Result<Vec<Change>, BoxError>>,
) -> Result<(), BoxError> {
    let tree = |side: &Side| layers.tree(&side.held.chain, side.live_box.as_deref());
    let (was, is) = (tree(before)?, tree(after)?);
    let mut batch = Vec::new();
    let mut sent = Instant::now();
    was.diff(&is, &mut |change| {
        batch.push(change);
        if batch.len() < BATCH && sent.elapsed() < GATHER {
            return ControlFlow::Continue(());
        }
        let gathered = sender.blocking_send(Ok(std::mem::take(&mut batch)));
        sent = Instant::now();
        match gathered {
            Ok(()) => ControlFlow::Continue(()),
            Err(_) => ControlFlow::Break(()),
        }
    })
    .map_err(kernel)?;
    if !batch.is_empty() {
        let _ = sender.blocking_send(Ok(batch));
    }
    Ok(())
}
