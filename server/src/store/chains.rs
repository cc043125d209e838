//! Which layers, bottom to top, a box or a snapshot consists of, and which nothing needs.

use rusqlite::{Transaction, params};

use super::{Store, StoreError};

impl Store {
    /// A box's sealed layers, bottom first.
    pub(crate) fn box_chain(&self, box_id: &str) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT layer_id FROM box_layers WHERE box_id = ?1 ORDER BY position",
            &[box_id],
        )
    }

    /// Every layer that the database knows.
    pub(crate) fn known_layers(&self) -> Result<Vec<String>, StoreError> {
        self.ids("SELECT id FROM layers", &[])
    }

    /// Layers whose size is not exact yet.
    pub(crate) fn uncounted_layers(&self) -> Result<Vec<String>, StoreError> {
        self.ids("SELECT id FROM layers WHERE counted = 0", &[])
    }

    /// Ids of all boxes that are not deleted.
    pub(crate) fn live_box_ids(&self) -> Result<Vec<String>, StoreError> {
        self.ids("SELECT id FROM boxes WHERE status <> 'deleted'", &[])
    }

    /// Records a layer's exact size. A layer that is gone meanwhile is no error.
    pub(crate) fn set_layer_size(&self, layer_id: &str, bytes: u64) -> Result<(), StoreError> {
        self.connection().execute(
            "UPDATE layers SET size_bytes = ?2, counted = 1 WHERE id = ?1",
            params![layer_id, bytes],
        )?;
        Ok(())
    }

    fn ids(&self, sql: &str, arguments: &[&str]) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let ids = statement
            .query_map(rusqlite::params_from_iter(arguments), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(ids)
    }
}

/// Forgets those of `candidates` that stand in no chain any more, and returns them.
pub(super) fn free_unused(
    transaction: &Transaction<'_>,
    candidates: Vec<String>,
) -> Result<Vec<String>, StoreError> {
    let mut statement = transaction.prepare_cached(
        "DELETE FROM layers WHERE id = ?1 \
         AND NOT EXISTS (SELECT 1 FROM box_layers WHERE layer_id = ?1) \
         AND NOT EXISTS (SELECT 1 FROM snapshot_layers WHERE layer_id = ?1)",
    )?;
    let mut freed = Vec::new();
    for layer_id in candidates {
        if statement.execute([&layer_id])? > 0 {
            freed.push(layer_id);
        }
    }
    Ok(freed)
}
