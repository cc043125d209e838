//! What differs between a snapshot and another, or between a snapshot and a box as it is now.
//!
//! The comparison runs beside its reader and is never far ahead of it: nothing is gathered, and it
//! ends when nobody reads on. A box goes on working meanwhile, so a file that it changes at that
//! moment is told as it was found.

use std::ops::ControlFlow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::sync::mpsc;

use super::error::BoxError;
use super::snapshot_files::{HeldLayers, hold, hold_snapshot, kernel};
use super::{Boxes, ids};
use crate::snapshots::{Change, Lease, Tree};

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
    tree: Tree,
    held: HeldLayers,
    /// What the box writes now, which stays when it is made a layer meanwhile.
    _upper: Option<Lease>,
}

impl Boxes {
    /// Compares a snapshot.
    pub(crate) async fn diff(
        &self,
        snapshot_id: &str,
        against: Against,
    ) -> Result<Changes, BoxError> {
        let place = self.begin_transfer()?;
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
        let (sender, changes) = mpsc::channel(AHEAD);
        tokio::task::spawn_blocking(move || {
            let _place = place;
            if let Err(error) = compare(&before, &after, &sender) {
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
        self.blocking(move |store| {
            let held = hold_snapshot(store, &layers, &id)?;
            Ok(Side {
                tree: layers.tree(&held.chain, None)?,
                held,
                _upper: None,
            })
        })
        .await
    }

    /// Opens all of it while the box's lock is held: a snapshot or a rollback that comes later moves
    /// directories away under their paths, but not under the open tree.
    async fn side_of_box(&self, reference: &str) -> Result<Side, BoxError> {
        let entered = self.enter(reference).await?;
        let id = entered.id().to_owned();
        let next_layer = ids::layer_id(&id, entered.record.next_layer);
        let layers = Arc::clone(&self.inner.parts.layers);
        self.blocking(move |store| {
            let held = hold(&layers, store.box_chain(&id)?);
            Ok(Side {
                tree: layers.tree(&held.chain, Some(&id))?,
                held,
                _upper: Some(layers.lease(&[next_layer])),
            })
        })
        .await
    }
}

fn compare(
    before: &Side,
    after: &Side,
    sender: &mpsc::Sender<Result<Vec<Change>, BoxError>>,
) -> Result<(), BoxError> {
    let (was, is) = (&before.tree, &after.tree);
    let mut batch = Vec::new();
    let mut sent = Instant::now();
    was.diff(is, &mut |change| {
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
