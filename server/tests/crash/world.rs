//! What the server has acknowledged so far.

use std::collections::{BTreeMap, BTreeSet};

/// Everything that may be said about the server's state after a crash.
#[derive(Debug, Default)]
pub(crate) struct World {
    pub(crate) boxes: BTreeMap<String, KnownBox>,
    /// Digest of the tree that each snapshot holds.
    pub(crate) snapshots: BTreeMap<String, String>,
    pub(crate) deleted_boxes: BTreeSet<String>,
    pub(crate) deleted_snapshots: BTreeSet<String>,
    /// Snapshots that no check has restored yet.
    pub(crate) unchecked: BTreeSet<String>,
}

/// A box whose creation was acknowledged.
#[derive(Clone, Debug)]
pub(crate) struct KnownBox {
    /// The one worker that changes it.
    pub(crate) worker: usize,
    /// Digest of its tree; `None` after a change that was not acknowledged.
    pub(crate) digest: Option<String>,
    /// Number of the last change.
    pub(crate) generation: u64,
}

impl World {
    pub(crate) fn box_mut(&mut self, id: &str) -> &mut KnownBox {
        self.boxes.get_mut(id).unwrap()
    }

    pub(crate) fn any_box_of(&self, worker: usize, random: &mut fastrand::Rng) -> Option<String> {
        let mine = self
            .boxes
            .iter()
            .filter(|(_, known)| known.worker == worker);
        random.choice(mine.map(|(id, _)| id.clone()).collect::<Vec<_>>())
    }

    pub(crate) fn any_snapshot(&self, random: &mut fastrand::Rng) -> Option<(String, String)> {
        let all = self.snapshots.iter();
        random.choice(
            all.map(|(id, digest)| (id.clone(), digest.clone()))
                .collect::<Vec<_>>(),
        )
    }
}
