//! Storing a snapshot that came from outside: its new layers, and those that were here.

use rusqlite::{Transaction, params};
use upstash_box_wasm::api_types::SnapshotInfo;

use super::snapshots::{NewLayer, NewSnapshot, SELECT, VISIBLE, insert_layer, read_snapshot};
use super::{KnownBlob, Store, StoreError};

/// A layer of an imported snapshot.
#[derive(Clone, Debug)]
pub(crate) enum ImportedLayer {
    /// It is here.
    Known(String),
    /// It came, and is known by these names if it is what they say.
    New(NewLayer, Option<KnownBlob>),
}

/// The encoding of what came from outside: not ours.
const AS_IT_CAME: &str = "";

impl Store {
    /// Stores a snapshot with these layers, bottom first, all or nothing. `None`: one that was known
    /// is gone.
    pub(crate) fn insert_imported(
        &self,
        new: &NewSnapshot,
        layers: &[ImportedLayer],
    ) -> Result<Option<SnapshotInfo>, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction
            .prepare_cached(
                "INSERT INTO snapshots (id, name, box_id, settings, created_at, labels) \
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            )?
            .execute(params![
                new.id,
                new.name,
                new.box_id,
                serde_json::to_string(&new.settings)?,
                new.created_at,
                serde_json::to_string(&new.labels)?,
            ])?;
        for (position, layer) in layers.iter().enumerate() {
            let layer_id = match layer {
                ImportedLayer::Known(layer_id) => {
                    if !exists(&transaction, layer_id)? {
                        return Ok(None);
                    }
                    layer_id
                }
                ImportedLayer::New(layer, names) => {
                    add(&transaction, layer, names.as_ref())?;
                    &layer.id
                }
            };
            transaction
                .prepare_cached(
                    "INSERT INTO snapshot_layers (snapshot_id, position, layer_id) \
                     VALUES (?1, ?2, ?3)",
                )?
                .execute(params![new.id, position, layer_id])?;
        }
        find_parent(&transaction, &new.id, layers)?;
        let info = transaction
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([&new.id], |row| Ok(read_snapshot(row)))??;
        transaction.commit()?;
        Ok(Some(info))
    }
}

fn exists(transaction: &Transaction<'_>, layer_id: &str) -> Result<bool, StoreError> {
    Ok(transaction
        .prepare_cached("SELECT 1 FROM layers WHERE id = ?1")?
        .exists([layer_id])?)
}

fn add(
    transaction: &Transaction<'_>,
    layer: &NewLayer,
    names: Option<&KnownBlob>,
) -> Result<(), StoreError> {
    insert_layer(transaction, layer)?;
    if let Some(names) = names {
        transaction
            .prepare_cached(
                "INSERT INTO layer_blobs (layer_id, encoding, diff_id, digest, size_bytes) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                layer.id,
                AS_IT_CAME,
                names.diff_id,
                names.digest,
                names.size_bytes
            ])?;
    }
    Ok(())
}

/// The newest snapshot that consists of exactly the layers that were here is what this one was taken
/// on top of.
fn find_parent(
    transaction: &Transaction<'_>,
    snapshot_id: &str,
    layers: &[ImportedLayer],
) -> Result<(), StoreError> {
    let known = layers.iter().map_while(|layer| match layer {
        ImportedLayer::Known(layer_id) => Some(layer_id),
        ImportedLayer::New(..) => None,
    });
    let (count, Some(top)) = (known.clone().count(), known.last()) else {
        return Ok(());
    };
    transaction
        .prepare_cached(&format!(
            "UPDATE snapshots SET parent_id = (SELECT id FROM snapshots \
             JOIN snapshot_layers ON snapshot_id = id \
             WHERE layer_id = ?3 AND position = ?2 - 1 AND id <> ?1 AND {VISIBLE} \
             AND ?2 = (SELECT count(*) FROM snapshot_layers AS own WHERE own.snapshot_id = id) \
             ORDER BY created_at DESC, snapshots.rowid DESC LIMIT 1) WHERE id = ?1"
        ))?
        .execute(params![snapshot_id, count, top])?;
    Ok(())
}
