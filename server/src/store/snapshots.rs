//! Snapshot rows. One that stands here is ready: its layers were sealed before it was written.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use upstash_box_wasm::api_types::{SnapshotInfo, SnapshotStatus};

use super::boxes::BoxSettings;
use super::chains::free_unused;
use super::lineage;
use super::{Store, StoreError};

/// A layer that was just sealed.
#[derive(Clone, Debug)]
pub(crate) struct NewLayer {
    pub(crate) id: String,
    pub(crate) size_bytes: u64,
    /// Whether `size_bytes` is exact.
    pub(crate) counted: bool,
    /// The machine's run in which it was written.
    pub(crate) boot_id: String,
    /// Whether the box itself continues on this layer, as after a rotation; not after a copy.
    pub(crate) box_continues_on_it: bool,
}

/// A snapshot to store, and the layer that was sealed for it, if the box had written anything.
#[derive(Clone, Debug)]
pub(crate) struct NewSnapshot {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) box_id: String,
    pub(crate) settings: BoxSettings,
    pub(crate) sealed_secrets: Option<Vec<u8>>,
    pub(crate) created_at: i64,
    pub(crate) layer: Option<NewLayer>,
}

/// What a box restored from a snapshot takes over besides the disk.
#[derive(Clone, Debug)]
pub(crate) struct SnapshotSource {
    pub(crate) id: String,
    pub(crate) settings: BoxSettings,
    pub(crate) sealed_secrets: Option<Vec<u8>>,
    /// Whether data of it was lost with the machine's power.
    pub(crate) damaged: bool,
}

const SELECT: &str = "SELECT id, name, box_id, created_at, (SELECT coalesce(sum(size_bytes), 0) \
    FROM snapshot_layers JOIN layers ON layers.id = layer_id WHERE snapshot_id = snapshots.id) \
    AS size_bytes, EXISTS (SELECT 1 FROM snapshot_layers JOIN layers ON layers.id = layer_id \
    WHERE snapshot_id = snapshots.id AND damaged) AS damaged FROM snapshots";

impl Store {
    /// Stores a snapshot of the box's layers and the new one, all or nothing.
    pub(crate) fn insert_snapshot(&self, new: &NewSnapshot) -> Result<SnapshotInfo, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction
            .prepare_cached(
                "INSERT INTO snapshots (id, name, box_id, settings, sealed_secrets, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                new.id,
                new.name,
                new.box_id,
                serde_json::to_string(&new.settings)?,
                new.sealed_secrets,
                new.created_at,
            ])?;
        transaction
            .prepare_cached(
                "INSERT INTO snapshot_layers (snapshot_id, position, layer_id) \
                 SELECT ?1, position, layer_id FROM box_layers WHERE box_id = ?2",
            )?
            .execute([&new.id, &new.box_id])?;
        if let Some(layer) = &new.layer {
            add_layer(&transaction, new, layer)?;
        }
        lineage::put_on_top(&transaction, &new.id, &new.box_id)?;
        let info = transaction
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([&new.id], read_snapshot)?;
        transaction.commit()?;
        Ok(info)
    }

    /// What a new box takes over from a snapshot.
    pub(crate) fn snapshot_source(&self, id: &str) -> Result<Option<SnapshotSource>, StoreError> {
        let row: Option<(String, Option<Vec<u8>>, bool)> = self
            .connection()
            .prepare_cached(
                "SELECT settings, sealed_secrets, EXISTS (SELECT 1 FROM snapshot_layers \
                 JOIN layers ON layers.id = layer_id WHERE snapshot_id = ?1 AND damaged) \
                 FROM snapshots WHERE id = ?1",
            )?
            .query_row([id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))
            .optional()?;
        let Some((settings, sealed_secrets, damaged)) = row else {
            return Ok(None);
        };
        Ok(Some(SnapshotSource {
            id: id.to_owned(),
            settings: serde_json::from_str(&settings)?,
            sealed_secrets,
            damaged,
        }))
    }

    /// Snapshots of one box or of all, newest first.
    pub(crate) fn list_snapshots(
        &self,
        box_id: Option<&str>,
    ) -> Result<Vec<SnapshotInfo>, StoreError> {
        let sql = format!(
            "{SELECT} WHERE ?1 IS NULL OR box_id = ?1 ORDER BY created_at DESC, rowid DESC"
        );
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let snapshots = statement
            .query_map([box_id], read_snapshot)?
            .collect::<Result<_, _>>()?;
        Ok(snapshots)
    }

    /// Forgets a snapshot; the layers that nothing needs any more.
    /// `None` when there is no such snapshot (of `box_id`, when given).
    pub(crate) fn delete_snapshot(
        &self,
        id: &str,
        box_id: Option<&str>,
    ) -> Result<Option<Vec<String>>, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let known = transaction
            .prepare_cached(
                "SELECT 1 FROM snapshots WHERE id = ?1 AND (?2 IS NULL OR box_id = ?2)",
            )?
            .exists(params![id, box_id])?;
        if !known {
            return Ok(None);
        }
        let candidates: Vec<String> = transaction
            .prepare_cached(
                "DELETE FROM snapshot_layers WHERE snapshot_id = ?1 RETURNING layer_id",
            )?
            .query_map([id], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        lineage::take_out(&transaction, id)?;
        transaction.execute("DELETE FROM snapshots WHERE id = ?1", [id])?;
        let freed = free_unused(&transaction, candidates)?;
        transaction.commit()?;
        Ok(Some(freed))
    }
}

fn add_layer(
    transaction: &Transaction<'_>,
    new: &NewSnapshot,
    layer: &NewLayer,
) -> Result<(), StoreError> {
    transaction
        .prepare_cached(
            "INSERT INTO layers (id, size_bytes, counted, boot_id) VALUES (?1, ?2, ?3, ?4)",
        )?
        .execute(params![
            layer.id,
            layer.size_bytes,
            layer.counted,
            layer.boot_id
        ])?;
    transaction
        .prepare_cached(
            "INSERT INTO snapshot_layers (snapshot_id, position, layer_id) SELECT ?1, \
             (SELECT count(*) FROM snapshot_layers WHERE snapshot_id = ?1), ?2",
        )?
        .execute([&new.id, &layer.id])?;
    if layer.box_continues_on_it {
        transaction
            .prepare_cached(
                "INSERT INTO box_layers (box_id, position, layer_id) SELECT ?1, \
                 (SELECT count(*) FROM box_layers WHERE box_id = ?1), ?2",
            )?
            .execute([&new.box_id, &layer.id])?;
    }
    transaction
        .prepare_cached("UPDATE boxes SET next_layer = next_layer + 1 WHERE id = ?1")?
        .execute([&new.box_id])?;
    Ok(())
}

fn read_snapshot(row: &Row<'_>) -> Result<SnapshotInfo, rusqlite::Error> {
    Ok(SnapshotInfo {
        id: row.get("id")?,
        name: row.get("name")?,
        box_id: row.get("box_id")?,
        size_bytes: row.get("size_bytes")?,
        status: if row.get("damaged")? {
            SnapshotStatus::Error
        } else {
            SnapshotStatus::Ready
        },
        created_at: row.get("created_at")?,
        pause_us: None,
    })
}
