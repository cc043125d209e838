//! Giving a box the layers of a snapshot in place of its own.

use rusqlite::{OptionalExtension, params};

use super::chains::free_unused;
use super::{Store, StoreError};

/// What became of a rollback.
#[derive(Debug)]
pub(crate) enum RolledBack {
    /// Done; the layers that nothing needs any more.
    Done(Vec<String>),
    /// The snapshot is gone. Nothing has changed.
    SnapshotGone,
    /// The snapshot lost data with the machine's power. Nothing has changed.
    SnapshotDamaged,
}

impl Store {
    /// Gives a live box the layers of a snapshot. Uses up the number of the box's next layer.
    pub(crate) fn roll_back(
        &self,
        box_id: &str,
        snapshot_id: &str,
        now: i64,
    ) -> Result<RolledBack, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let damaged: Option<bool> = transaction
            .prepare_cached(
                "SELECT EXISTS (SELECT 1 FROM snapshot_layers JOIN layers ON layers.id = layer_id \
                 WHERE snapshot_id = ?1 AND damaged) FROM snapshots WHERE id = ?1",
            )?
            .query_row([snapshot_id], |row| row.get(0))
            .optional()?;
        match damaged {
            None => return Ok(RolledBack::SnapshotGone),
            Some(true) => return Ok(RolledBack::SnapshotDamaged),
            Some(false) => {}
        }
        let candidates: Vec<String> = transaction
            .prepare_cached("DELETE FROM box_layers WHERE box_id = ?1 RETURNING layer_id")?
            .query_map([box_id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        transaction
            .prepare_cached(
                "INSERT INTO box_layers (box_id, position, layer_id) \
                 SELECT ?1, position, layer_id FROM snapshot_layers WHERE snapshot_id = ?2",
            )?
            .execute([box_id, snapshot_id])?;
        transaction
            .prepare_cached(
                "UPDATE boxes SET snapshot_id = ?2, current_snapshot_id = ?2, \
                 settings = json_set(settings, '$.image', (SELECT \
                 json_extract(settings, '$.image') FROM snapshots WHERE id = ?2)), \
                 next_layer = next_layer + 1, updated_at = ?3, last_activity_at = ?3 WHERE id = ?1",
            )?
            .execute(params![box_id, snapshot_id, now])?;
        let freed = free_unused(&transaction, candidates)?;
        transaction.commit()?;
        Ok(RolledBack::Done(freed))
    }
}
