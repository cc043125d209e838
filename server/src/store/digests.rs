//! What snapshots held when they were first verified.

use rusqlite::OptionalExtension;

use super::{Store, StoreError};

/// The digest that is kept of a snapshot.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum KeptDigest {
    /// The one just given: there was none.
    New,
    /// An earlier one.
    Earlier(String),
    /// None: the snapshot is gone.
    SnapshotGone,
}

impl Store {
    /// Keeps a snapshot's digest unless there is one.
    pub(crate) fn keep_digest(
        &self,
        snapshot_id: &str,
        digest: &str,
    ) -> Result<KeptDigest, StoreError> {
        let connection = self.connection();
        let is_new = connection
            .prepare_cached(
                "INSERT INTO snapshot_digests (snapshot_id, digest) \
                 SELECT id, ?2 FROM snapshots WHERE id = ?1 ON CONFLICT DO NOTHING",
            )?
            .execute([snapshot_id, digest])?;
        if is_new > 0 {
            return Ok(KeptDigest::New);
        }
        let earlier = connection
            .prepare_cached("SELECT digest FROM snapshot_digests WHERE snapshot_id = ?1")?
            .query_row([snapshot_id], |row| row.get(0))
            .optional()?;
        Ok(earlier.map_or(KeptDigest::SnapshotGone, KeptDigest::Earlier))
    }
}
