//! Finding snapshots, and changing what can be changed about one.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use upstash_box_wasm::api_types::{
    SnapshotInfo, SnapshotList, SnapshotTree, UpdateSnapshotRequest,
};

use super::error::BoxError;
use super::{Boxes, expiry, rules};
use crate::store::{Expiry, Place, SnapshotChange, SnapshotQuery};

/// The most that one page holds.
const MAX_LIMIT: u32 = 1000;
/// What a page holds when only its cursor is given.
const USUAL_LIMIT: u32 = 100;

impl Boxes {
    /// Snapshots of one box, newest first.
    pub(crate) async fn snapshots_of(
        &self,
        reference: &str,
    ) -> Result<Vec<SnapshotInfo>, BoxError> {
        let query = SnapshotQuery {
            box_id: Some(self.find_live(reference).await?.info.id),
            ..SnapshotQuery::default()
        };
        let store = &self.inner.parts.store;
        let page = store.run(move |store| store.list_snapshots(&query)).await?;
        Ok(page.snapshots)
    }

    /// Snapshots of all boxes that fit, newest first, those of deleted boxes included. All at
    /// once, unless a limit or a cursor asks for a page.
    pub(crate) async fn list_snapshots(
        &self,
        mut query: SnapshotQuery,
        cursor: Option<&str>,
    ) -> Result<SnapshotList, BoxError> {
        if let Some(limit) = query.limit
            && !(1..=MAX_LIMIT).contains(&limit)
        {
            return Err(BoxError::InvalidArgument(format!(
                "limit: {limit} is not between 1 and {MAX_LIMIT}"
            )));
        }
        if let Some(cursor) = cursor {
            query.after = Some(read_cursor(cursor)?);
            query.limit = query.limit.or(Some(USUAL_LIMIT));
        }
        let store = &self.inner.parts.store;
        let page = store.run(move |store| store.list_snapshots(&query)).await?;
        Ok(SnapshotList {
            snapshots: page.snapshots,
            next_cursor: page.next.map(write_cursor),
        })
    }

    /// One snapshot, whichever box it is of.
    pub(crate) async fn get_snapshot(&self, id: &str) -> Result<SnapshotInfo, BoxError> {
        let wanted = id.to_owned();
        let store = &self.inner.parts.store;
        let found = store.run(move |store| store.snapshot(&wanted)).await?;
        found.ok_or_else(|| BoxError::SnapshotNotFound(id.to_owned()))
    }

    /// Every snapshot and live box that is connected with this snapshot.
    pub(crate) async fn snapshot_tree(&self, id: &str) -> Result<SnapshotTree, BoxError> {
        let wanted = id.to_owned();
        let store = &self.inner.parts.store;
        let nodes = store.run(move |store| store.snapshot_tree(&wanted)).await?;
        if nodes.is_empty() {
            return Err(BoxError::SnapshotNotFound(id.to_owned()));
        }
        Ok(SnapshotTree { nodes })
    }

    /// Changes name, labels, expiry or pin of a snapshot; how it is afterwards.
    pub(crate) async fn update_snapshot(
        &self,
        id: &str,
        request: UpdateSnapshotRequest,
    ) -> Result<SnapshotInfo, BoxError> {
        if request == UpdateSnapshotRequest::default() {
            return Err(BoxError::InvalidArgument(
                "nothing to change: give name, labels, expires_in or pinned".to_owned(),
            ));
        }
        if let Some(name) = &request.name {
            rules::snapshot_name(name)?;
        }
        if let Some(labels) = &request.labels {
            rules::labels(labels)?;
        }
        if let Some(Some(seconds)) = request.expires_in {
            rules::expires_in(seconds)?;
        }
        let change = SnapshotChange {
            name: request.name,
            labels: request.labels,
            pinned: request.pinned,
            expiry: request.expires_in.map(|seconds| {
                seconds.map_or(Expiry::Never, |seconds| {
                    Expiry::At(expiry::time_after(seconds))
                })
            }),
        };
        let wanted = id.to_owned();
        let store = &self.inner.parts.store;
        let changed = store
            .run(move |store| store.change_snapshot(&wanted, &change))
            .await?;
        self.inner.expiry_changed.notify_one();
        changed.ok_or_else(|| BoxError::SnapshotNotFound(id.to_owned()))
    }
}

fn write_cursor(place: Place) -> String {
    URL_SAFE_NO_PAD.encode(format!("{}.{}", place.created_at, place.row))
}

fn read_cursor(cursor: &str) -> Result<Place, BoxError> {
    let place = || {
        let text = String::from_utf8(URL_SAFE_NO_PAD.decode(cursor).ok()?).ok()?;
        let (created_at, row) = text.split_once('.')?;
        Some(Place {
            created_at: created_at.parse().ok()?,
            row: row.parse().ok()?,
        })
    };
    place().ok_or_else(|| {
        BoxError::InvalidArgument(
            "cursor: it is none that this server gave; take next_cursor of the last page"
                .to_owned(),
        )
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let place = Place {
            created_at: 1_771_845_600,
            row: 42,
        };
        assert_eq!(read_cursor(&write_cursor(place)).unwrap(), place);
        for bad in ["", "x", "MTIz", "Li4", "MS4y\n", "MS54"] {
            assert!(read_cursor(bad).is_err(), "{bad:?}");
        }
    }
}
