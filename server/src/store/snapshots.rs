//! Storing a snapshot and restoring from one. One that stands here is ready: its layers were sealed
//! before it was written.

use rusqlite::{OptionalExtension, Row, Transaction, params};
use upstash_box_wasm::api_types::{SnapshotInfo, SnapshotStatus};

use super::boxes::BoxSettings;
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
    pub(crate) labels: Vec<String>,
    pub(crate) pinned: bool,
    pub(crate) expires_at: Option<i64>,
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

/// Condition: it is there for callers. What has expired is gone for them before its row is.
pub(super) const VISIBLE: &str = "(snapshots.pinned OR snapshots.expires_at IS NULL \
    OR snapshots.expires_at > unixepoch())";

/// What [`read_snapshot`] reads, and the row's own number as `row`.
pub(super) const SELECT: &str = "SELECT snapshots.rowid AS row, id, name, box_id, created_at, \
    labels, pinned, expires_at, parent_id, (SELECT coalesce(sum(size_bytes), 0) \
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
                "INSERT INTO snapshots (id, name, box_id, settings, sealed_secrets, created_at, \
                 labels, pinned, expires_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
            )?
            .execute(params![
                new.id,
                new.name,
                new.box_id,
                serde_json::to_string(&new.settings)?,
                new.sealed_secrets,
                new.created_at,
                serde_json::to_string(&new.labels)?,
                new.pinned,
                new.expires_at,
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
            .query_row([&new.id], |row| Ok(read_snapshot(row)))??;
        transaction.commit()?;
        Ok(info)
    }

    /// What a new box takes over from a snapshot.
    pub(crate) fn snapshot_source(&self, id: &str) -> Result<Option<SnapshotSource>, StoreError> {
        let row: Option<(String, Option<Vec<u8>>, bool)> = self
            .connection()
            .prepare_cached(&format!(
                "SELECT settings, sealed_secrets, EXISTS (SELECT 1 FROM snapshot_layers \
                 JOIN layers ON layers.id = layer_id WHERE snapshot_id = ?1 AND damaged) \
                 FROM snapshots WHERE id = ?1 AND {VISIBLE}"
            ))?
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
}

pub(super) fn insert_layer(
    transaction: &Transaction<'_>,
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
    Ok(())
}

fn add_layer(
    transaction: &Transaction<'_>,
    new: &NewSnapshot,
    layer: &NewLayer,
) -> Result<(), StoreError> {
    insert_layer(transaction, layer)?;
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

pub(super) fn read_snapshot(row: &Row<'_>) -> Result<SnapshotInfo, StoreError> {
    let labels: String = row.get("labels")?;
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
        labels: serde_json::from_str(&labels)?,
        pinned: row.get("pinned")?,
        expires_at: row.get("expires_at")?,
        parent_id: row.get("parent_id")?,
        pause_us: None,
    })
}
