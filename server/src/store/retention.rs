//! Deleting snapshots: one, many by a rule, and those whose time has come.
//!
//! Boxes and snapshots have their own lists of layers, so deleting one never harms another.

use rusqlite::{OptionalExtension, Transaction, params};
use upstash_box_wasm::api_types::{Outcome, SnapshotFilter, SnapshotOutcome};

use super::chains::free_unused;
use super::lineage;
use super::snapshots::VISIBLE;
use super::{Store, StoreError};

/// What became of one snapshot.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Removal {
    /// It is gone; nothing needs these layers any more.
    Gone(Vec<String>),
    /// It is pinned and stays.
    Pinned,
    /// There is none.
    Unknown,
}

/// Which snapshots to delete.
#[derive(Clone, Debug)]
pub(crate) enum Selection {
    /// Everything there is.
    All,
    /// These.
    Ids(Vec<String>),
    /// Those that fit, except what has children.
    Filter {
        filter: SnapshotFilter,
        /// Only those taken before; Unix seconds.
        before: i64,
    },
}

/// What a bulk delete did.
#[derive(Clone, Debug, Default)]
pub(crate) struct Removed {
    pub(crate) outcomes: Vec<SnapshotOutcome>,
    /// Layers that nothing needs any more.
    pub(crate) freed: Vec<String>,
}

impl Store {
    /// Forgets a snapshot (of `box_id`, when given).
    pub(crate) fn delete_snapshot(
        &self,
        id: &str,
        box_id: Option<&str>,
    ) -> Result<Removal, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let pinned: Option<bool> = transaction
            .prepare_cached(&format!(
                "SELECT pinned FROM snapshots \
                 WHERE id = ?1 AND (?2 IS NULL OR box_id = ?2) AND {VISIBLE}"
            ))?
            .query_row(params![id, box_id], |row| row.get(0))
            .optional()?;
        match pinned {
            None => Ok(Removal::Unknown),
            Some(true) => Ok(Removal::Pinned),
            Some(false) => {
                let freed = forget(&transaction, id)?;
                transaction.commit()?;
                Ok(Removal::Gone(freed))
            }
        }
    }

    /// Forgets many snapshots, all or none. A dry run does the same and then takes it back, so it
    /// tells exactly what would become of each.
    pub(crate) fn delete_snapshots(
        &self,
        selection: &Selection,
        dry_run: bool,
    ) -> Result<Removed, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let (ids, keeps_parents) = match selection {
            Selection::Ids(ids) => (ids.clone(), false),
            Selection::All => {
                let fitting = fitting(&transaction, &SnapshotFilter::default(), i64::MAX)?;
                (fitting, false)
            }
            Selection::Filter { filter, before } => (fitting(&transaction, filter, *before)?, true),
        };
        let mut removed = Removed::default();
        for id in ids {
            let mut outcome = may_go(&transaction, &id, keeps_parents)?;
            if outcome == Outcome::Deleted {
                removed.freed.extend(forget(&transaction, &id)?);
                if dry_run {
                    outcome = Outcome::WouldDelete;
                }
            }
            removed.outcomes.push(SnapshotOutcome { id, outcome });
        }
        if dry_run {
            transaction.rollback()?;
            removed.freed.clear();
        } else {
            transaction.commit()?;
        }
        Ok(removed)
    }

    /// Forgets what has expired: how many snapshots, and the layers that nothing needs any more.
    pub(crate) fn delete_expired(&self) -> Result<(usize, Vec<String>), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let ids: Vec<String> = transaction
            .prepare_cached(
                "SELECT id FROM snapshots WHERE expires_at <= unixepoch() AND NOT pinned",
            )?
            .query_map([], |row| row.get(0))?
            .collect::<Result<_, _>>()?;
        let mut freed = Vec::new();
        for id in &ids {
            freed.extend(forget(&transaction, id)?);
        }
        transaction.commit()?;
        Ok((ids.len(), freed))
    }

    /// When the next snapshot expires; Unix seconds.
    pub(crate) fn next_expiry(&self) -> Result<Option<i64>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT min(expires_at) FROM snapshots WHERE expires_at IS NOT NULL AND NOT pinned",
            )?
            .query_row([], |row| row.get(0))?)
    }
}

/// Ids of the snapshots that fit, newest first: a child comes before its parent.
fn fitting(
    transaction: &Transaction<'_>,
    filter: &SnapshotFilter,
    before: i64,
) -> Result<Vec<String>, StoreError> {
    let sql = format!(
        "SELECT id FROM (SELECT id, created_at, rowid AS row, row_number() OVER \
         (PARTITION BY box_id ORDER BY created_at DESC, rowid DESC) AS rank FROM snapshots \
         WHERE (?1 IS NULL OR box_id = ?1) \
         AND (?2 IS NULL OR EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?2)) \
         AND {VISIBLE}) WHERE rank > ?3 AND created_at < ?4 ORDER BY created_at DESC, row DESC"
    );
    let ids = transaction
        .prepare_cached(&sql)?
        .query_map(
            params![
                filter.box_id,
                filter.label,
                filter.keep_last.unwrap_or(0),
                before
            ],
            |row| row.get(0),
        )?
        .collect::<Result<_, _>>()?;
    Ok(ids)
}

/// `Deleted` when nothing speaks against it, else why it stays.
///
/// The next snapshot of the same box is not counted as a child: every snapshot but a box's newest
/// has one.
fn may_go(
    transaction: &Transaction<'_>,
    id: &str,
    keeps_parents: bool,
) -> Result<Outcome, StoreError> {
    let found: Option<(bool, bool)> = transaction
        .prepare_cached(&format!(
            "SELECT pinned, EXISTS (SELECT 1 FROM snapshots AS child \
             WHERE child.parent_id = snapshots.id AND child.box_id <> snapshots.box_id) \
             FROM snapshots WHERE id = ?1 AND {VISIBLE}"
        ))?
        .query_row([id], |row| Ok((row.get(0)?, row.get(1)?)))
        .optional()?;
    Ok(match found {
        None => Outcome::NotFound,
        Some((true, _)) => Outcome::KeptPinned,
        Some((false, true)) if keeps_parents => Outcome::KeptHasChild,
        Some((false, _)) => Outcome::Deleted,
    })
}

/// Removes the row; the layers that nothing needs any more.
fn forget(transaction: &Transaction<'_>, id: &str) -> Result<Vec<String>, StoreError> {
    let candidates: Vec<String> = transaction
        .prepare_cached("DELETE FROM snapshot_layers WHERE snapshot_id = ?1 RETURNING layer_id")?
        .query_map([id], |row| row.get(0))?
        .collect::<Result<_, _>>()?;
    lineage::take_out(transaction, id)?;
    transaction
        .prepare_cached("DELETE FROM snapshots WHERE id = ?1")?
        .execute([id])?;
    free_unused(transaction, candidates)
}
