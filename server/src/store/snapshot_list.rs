//! Finding snapshots and changing what can be changed about one.

use rusqlite::{OptionalExtension, params};
use upstash_box_wasm::api_types::{SnapshotInfo, SnapshotStatus};

use super::snapshots::{SELECT, VISIBLE, read_snapshot};
use super::{Store, StoreError};

/// Which snapshots are wanted. The default is all.
#[derive(Clone, Debug, Default)]
pub(crate) struct SnapshotQuery {
    pub(crate) box_id: Option<String>,
    pub(crate) label: Option<String>,
    pub(crate) status: Option<SnapshotStatus>,
    /// Only those that come after this place.
    pub(crate) after: Option<Place>,
    /// All when absent.
    pub(crate) limit: Option<u32>,
}

/// A place in the order of all snapshots, newest first. It stays what it is when snapshots come
/// and go.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) created_at: i64,
    pub(crate) row: i64,
}

/// Some of the snapshots that were asked for, newest first.
#[derive(Clone, Debug, Default)]
pub(crate) struct SnapshotPage {
    pub(crate) snapshots: Vec<SnapshotInfo>,
    /// Where the next page begins, if there is one.
    pub(crate) next: Option<Place>,
}

/// What to change; what is `None` stays.
#[derive(Clone, Debug, Default)]
pub(crate) struct SnapshotChange {
    pub(crate) name: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) pinned: Option<bool>,
    pub(crate) expiry: Option<Expiry>,
}

/// When a snapshot is to be deleted by itself.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Expiry {
    Never,
    /// Unix seconds.
    At(i64),
}

impl Store {
    /// Snapshots that fit, newest first.
    pub(crate) fn list_snapshots(&self, query: &SnapshotQuery) -> Result<SnapshotPage, StoreError> {
        let damaged = match query.status {
            None => None,
            Some(SnapshotStatus::Ready) => Some(false),
            Some(SnapshotStatus::Error) => Some(true),
            // A row is written when the snapshot is ready and removed when it is deleted.
            Some(SnapshotStatus::Creating | SnapshotStatus::Deleted) => {
                return Ok(SnapshotPage::default());
            }
        };
        let after = query.after.unwrap_or(Place {
            created_at: i64::MAX,
            row: i64::MAX,
        });
        // One more than asked for tells whether there is a next page.
        let most = query.limit.map_or(-1, |limit| i64::from(limit) + 1);
        let sql = format!(
            "{SELECT} WHERE (created_at, snapshots.rowid) < (?1, ?2) \
             AND (?3 IS NULL OR box_id = ?3) \
             AND (?4 IS NULL OR EXISTS (SELECT 1 FROM json_each(labels) WHERE value = ?4)) \
             AND (?5 IS NULL OR damaged = ?5) AND {VISIBLE} \
             ORDER BY created_at DESC, snapshots.rowid DESC LIMIT ?6"
        );
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&sql)?;
        let mut rows = statement.query(params![
            after.created_at,
            after.row,
            query.box_id,
            query.label,
            damaged,
            most
        ])?;
        let mut page = SnapshotPage::default();
        let mut last = None;
        while let Some(row) = rows.next()? {
            if query
                .limit
                .is_some_and(|limit| page.snapshots.len() >= limit as usize)
            {
                page.next = last;
                break;
            }
            let snapshot = read_snapshot(row)?;
            last = Some(Place {
                created_at: snapshot.created_at,
                row: row.get("row")?,
            });
            page.snapshots.push(snapshot);
        }
        Ok(page)
    }

    /// One snapshot.
    pub(crate) fn snapshot(&self, id: &str) -> Result<Option<SnapshotInfo>, StoreError> {
        self.connection()
            .prepare_cached(&format!("{SELECT} WHERE id = ?1 AND {VISIBLE}"))?
            .query_row([id], |row| Ok(read_snapshot(row)))
            .optional()?
            .transpose()
    }

    /// Changes a snapshot; how it is afterwards, or `None` when there is none with this id.
    pub(crate) fn change_snapshot(
        &self,
        id: &str,
        change: &SnapshotChange,
    ) -> Result<Option<SnapshotInfo>, StoreError> {
        let labels = change.labels.as_ref().map(serde_json::to_string);
        let expires_at = match change.expiry {
            None | Some(Expiry::Never) => None,
            Some(Expiry::At(time)) => Some(time),
        };
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let changes = transaction
            .prepare_cached(&format!(
                "UPDATE snapshots SET name = coalesce(?2, name), labels = coalesce(?3, labels), \
                 pinned = coalesce(?4, pinned), expires_at = iif(?5, ?6, expires_at) \
                 WHERE id = ?1 AND {VISIBLE}"
            ))?
            .execute(params![
                id,
                change.name,
                labels.transpose()?,
                change.pinned,
                change.expiry.is_some(),
                expires_at
            ])?;
        if changes == 0 {
            return Ok(None);
        }
        let changed = transaction
            .prepare_cached(&format!("{SELECT} WHERE id = ?1"))?
            .query_row([id], |row| Ok(read_snapshot(row)))??;
        transaction.commit()?;
        Ok(Some(changed))
    }
}
