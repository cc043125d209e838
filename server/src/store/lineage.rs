//! Which snapshot was taken on top of which.
//!
//! A row's parent always exists: when a snapshot goes, what was on top of it moves down to what
//! it was on top of, so no tree ever falls apart.

use rusqlite::{Row, Transaction};
use upstash_box_wasm::api_types::{SnapshotTreeKind, SnapshotTreeNode};

use super::snapshots::VISIBLE;
use super::{Store, StoreError};

impl Store {
    /// Every snapshot and live box that is connected with this snapshot, parents first; none when
    /// there is no such snapshot.
    pub(crate) fn snapshot_tree(&self, id: &str) -> Result<Vec<SnapshotTreeNode>, StoreError> {
        let sql = format!(
            "WITH RECURSIVE ancestors (id, parent_id) AS ( \
                 SELECT id, parent_id FROM snapshots WHERE id = ?1 AND {VISIBLE} \
                 UNION SELECT snapshots.id, snapshots.parent_id FROM snapshots \
                     JOIN ancestors ON snapshots.id = ancestors.parent_id), \
             tree (id, depth) AS ( \
                 SELECT id, 0 FROM ancestors WHERE parent_id IS NULL \
                 UNION ALL SELECT snapshots.id, depth + 1 FROM snapshots \
                     JOIN tree ON snapshots.parent_id = tree.id) \
             SELECT 0 AS is_box, snapshots.id AS id, name, parent_id, box_id, created_at, depth \
                 FROM snapshots JOIN tree ON tree.id = snapshots.id \
             UNION ALL \
             SELECT 1, boxes.id, name, current_snapshot_id, NULL, created_at, depth + 1 \
                 FROM boxes JOIN tree ON tree.id = current_snapshot_id WHERE status <> 'deleted' \
             ORDER BY depth, created_at, is_box, id"
        );
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let nodes = statement
            .query_map([id], read_node)?
            .collect::<Result<_, _>>()?;
        Ok(nodes)
    }
}

fn read_node(row: &Row<'_>) -> Result<SnapshotTreeNode, rusqlite::Error> {
    Ok(SnapshotTreeNode {
        kind: if row.get("is_box")? {
            SnapshotTreeKind::Box
        } else {
            SnapshotTreeKind::Snapshot
        },
        id: row.get("id")?,
        name: row.get("name")?,
        parent_id: row.get("parent_id")?,
        box_id: row.get("box_id")?,
        created_at: row.get("created_at")?,
    })
}

/// Puts a snapshot that was just stored on top of its box's current one, and makes it current.
pub(super) fn put_on_top(
    transaction: &Transaction<'_>,
    snapshot_id: &str,
    box_id: &str,
) -> Result<(), StoreError> {
    for sql in [
        "UPDATE snapshots SET parent_id = (SELECT current_snapshot_id FROM boxes WHERE id = ?2) \
         WHERE id = ?1",
        "UPDATE boxes SET current_snapshot_id = ?1 WHERE id = ?2",
    ] {
        transaction
            .prepare_cached(sql)?
            .execute([snapshot_id, box_id])?;
    }
    Ok(())
}

/// Takes a snapshot out from between its parent and what is on top of it.
pub(super) fn take_out(transaction: &Transaction<'_>, snapshot_id: &str) -> Result<(), StoreError> {
    for sql in [
        "UPDATE snapshots SET parent_id = (SELECT gone.parent_id FROM snapshots AS gone \
         WHERE gone.id = ?1) WHERE parent_id = ?1",
        "UPDATE boxes SET current_snapshot_id = (SELECT parent_id FROM snapshots WHERE id = ?1) \
         WHERE current_snapshot_id = ?1",
    ] {
        transaction.prepare_cached(sql)?.execute([snapshot_id])?;
    }
    Ok(())
}
