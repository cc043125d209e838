//! Which snapshot was taken on top of which.
//!
//! A row's parent always exists: when a snapshot goes, what was on top of it moves down to what
//! it was on top of, so no tree ever falls apart.

use rusqlite::Transaction;

use super::StoreError;

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
