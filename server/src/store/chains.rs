//! Which layers, bottom to top, a box or a snapshot consists of, and which nothing needs.

use std::collections::BTreeMap;

use rusqlite::{OptionalExtension, Transaction, params};

use super::{Store, StoreError};
use crate::snapshots::DiskChain;

impl Store {
    /// A box's sealed layers, and what they stand on.
    pub(crate) fn box_chain(&self, box_id: &str) -> Result<DiskChain, StoreError> {
        let sql = "SELECT layer_id FROM box_layers WHERE box_id = ?1 ORDER BY position";
        Ok(DiskChain {
            image: self.image("boxes", box_id)?,
            layers: self.ids(sql, &[box_id])?,
        })
    }

    /// A snapshot's layers, and what they stand on; none of a snapshot that is gone, or that holds nothing.
    pub(crate) fn snapshot_chain(&self, snapshot_id: &str) -> Result<DiskChain, StoreError> {
        let sql = "SELECT layer_id FROM snapshot_layers WHERE snapshot_id = ?1 ORDER BY position";
        Ok(DiskChain {
            image: self.image("snapshots", snapshot_id)?,
            layers: self.ids(sql, &[snapshot_id])?,
        })
    }

    fn image(&self, table: &'static str, id: &str) -> Result<Option<String>, StoreError> {
        let sql = format!("SELECT json_extract(settings, '$.image') FROM {table} WHERE id = ?1");
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let image = statement.query_row([id], |row| row.get(0)).optional()?;
        Ok(image.flatten())
    }

    /// Every layer that the database knows.
    pub(crate) fn known_layers(&self) -> Result<Vec<String>, StoreError> {
        self.ids("SELECT id FROM layers", &[])
    }

    /// Layers whose size is not exact yet.
    pub(crate) fn uncounted_layers(&self) -> Result<Vec<String>, StoreError> {
        self.ids("SELECT id FROM layers WHERE counted = 0", &[])
    }

    /// Layers that may not have reached the disk yet.
    pub(crate) fn undurable_layers(&self) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT id FROM layers WHERE durable = 0 AND damaged = 0",
            &[],
        )
    }

    /// Notes that these layers have reached the disk.
    pub(crate) fn set_durable(&self, layer_ids: &[String]) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        for id in layer_ids {
            transaction
                .prepare_cached("UPDATE layers SET durable = 1 WHERE id = ?1")?
                .execute([id])?;
        }
        Ok(transaction.commit()?)
    }

    /// Marks the layers that were not durable when the machine went down; how many.
    pub(crate) fn mark_damaged(&self, boot_id: &str) -> Result<usize, StoreError> {
        Ok(self.connection().execute(
            "UPDATE layers SET damaged = 1 WHERE durable = 0 AND boot_id <> ?1",
            [boot_id],
        )?)
    }

    /// The number of the next layer of each box that is not deleted.
    pub(crate) fn next_layers(&self) -> Result<BTreeMap<String, u64>, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare("SELECT id, next_layer FROM boxes WHERE status <> 'deleted'")?;
        let numbers = statement
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
            .collect::<Result<_, _>>()?;
        Ok(numbers)
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

    /// Puts one merged layer, which is on the disk, in the place of `chain` at the bottom of a box's layers, and of those
    /// of every snapshot that begins with it; the layers that nothing needs any more.
    ///
    /// `None` when the box's layers do not begin with `chain`; nothing has changed then.
    pub(crate) fn replace_layers(
        &self,
        box_id: &str,
        chain: &[String],
        merged: &str,
        boot_id: &str,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        if !begins_with(&transaction, BOX, box_id, chain)? {
            return Ok(None);
        }
        transaction.execute(
            "INSERT INTO layers (id, size_bytes, counted, boot_id, durable, damaged) \
             SELECT ?1, coalesce(sum(size_bytes), 0), 0, ?4, 1, coalesce(max(damaged), 0) \
             FROM layers WHERE id IN \
             (SELECT layer_id FROM box_layers WHERE box_id = ?2 AND position < ?3)",
            params![merged, box_id, chain.len(), boot_id],
        )?;
        replace(&transaction, BOX, box_id, chain, merged)?;
        let top = chain.last().map_or("", String::as_str);
        let candidates: Vec<String> = transaction
            .prepare_cached("SELECT snapshot_id FROM snapshot_layers WHERE layer_id = ?1")?
            .query_map([top], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        for snapshot in candidates {
            if begins_with(&transaction, SNAPSHOT, &snapshot, chain)? {
                replace(&transaction, SNAPSHOT, &snapshot, chain, merged)?;
            }
        }
        let freed = free_unused(&transaction, chain.to_vec())?;
        transaction.commit()?;
        Ok(Some(freed))
    }

    pub(super) fn ids(&self, sql: &str, arguments: &[&str]) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(sql)?;
        let ids = statement
            .query_map(rusqlite::params_from_iter(arguments), |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        Ok(ids)
    }
}

/// A table of chains, and the column that says whose they are.
#[derive(Clone, Copy)]
struct Chains {
    table: &'static str,
    owner: &'static str,
}

const BOX: Chains = Chains {
    table: "box_layers",
    owner: "box_id",
};
const SNAPSHOT: Chains = Chains {
    table: "snapshot_layers",
    owner: "snapshot_id",
};

fn begins_with(
    transaction: &Transaction<'_>,
    Chains { table, owner }: Chains,
    id: &str,
    chain: &[String],
) -> Result<bool, StoreError> {
    let sql = format!(
        "SELECT layer_id FROM {table} WHERE {owner} = ?1 AND position < ?2 ORDER BY position"
    );
    let found: Vec<String> = transaction
        .prepare_cached(&sql)?
        .query_map(params![id, chain.len()], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    Ok(found == chain)
}

fn replace(
    transaction: &Transaction<'_>,
    Chains { table, owner }: Chains,
    id: &str,
    chain: &[String],
    merged: &str,
) -> Result<(), StoreError> {
    let statements = [
        format!("DELETE FROM {table} WHERE {owner} = ?1 AND position < ?2"),
        // Ascending positions stay unique one row at a time: each moves into a free place.
        format!("UPDATE {table} SET position = position - ?2 + 1 WHERE {owner} = ?1"),
    ];
    for sql in statements {
        transaction
            .prepare_cached(&sql)?
            .execute(params![id, chain.len()])?;
    }
    let sql = format!("INSERT INTO {table} ({owner}, position, layer_id) VALUES (?1, 0, ?2)");
    transaction.prepare_cached(&sql)?.execute([id, merged])?;
    Ok(())
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
