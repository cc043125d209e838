//! Deleting snapshots: one, or many by a rule. What is pinned stays.

use upstash_box_wasm::api_types::{
    DeleteSnapshotsRequest, DeletedSnapshots, Outcome, SnapshotFilter,
};

use super::error::BoxError;
use super::{Boxes, to_completion, unix_now};
use crate::store::{Removal, Selection};

impl Boxes {
    /// Deletes a snapshot of this box.
    pub(crate) async fn delete_snapshot(
        &self,
        reference: &str,
        snapshot_id: &str,
    ) -> Result<(), BoxError> {
        let box_id = self.find_live(reference).await?.info.id;
        let (this, id) = (self.clone(), snapshot_id.to_owned());
        to_completion(async move {
            let wanted = id.clone();
            let store = &this.inner.parts.store;
            let removal = store
                .run(move |store| store.delete_snapshot(&wanted, Some(&box_id)))
                .await?;
            match removal {
                Removal::Gone(freed) => {
                    this.remove_layers_when_durable(freed);
                    Ok(())
                }
                Removal::Unknown => Err(BoxError::SnapshotNotFound(id)),
                Removal::Pinned => Err(BoxError::Conflict(format!(
                    "snapshot {id} is pinned, so it is not deleted; unpin it first"
                ))),
            }
        })
        .await
    }

    /// Deletes several snapshots, of whichever boxes, and says what became of each. `all`: every
    /// one there is.
    pub(crate) async fn delete_snapshots(
        &self,
        request: DeleteSnapshotsRequest,
        all: bool,
    ) -> Result<DeletedSnapshots, BoxError> {
        let dry_run = request.dry_run;
        let selection = select(request, all)?;
        let this = self.clone();
        to_completion(async move {
            let store = &this.inner.parts.store;
            let removed = store
                .run(move |store| store.delete_snapshots(&selection, dry_run))
                .await?;
            this.remove_layers_when_durable(removed.freed);
            let is_gone = |outcome| outcome == Outcome::Deleted;
            let gone = removed.outcomes.iter().filter(|one| is_gone(one.outcome));
            Ok(DeletedSnapshots {
                deleted: u64::try_from(gone.count()).unwrap_or(u64::MAX),
                outcomes: removed.outcomes,
            })
        })
        .await
    }
}

/// Nothing is ever deleted by leaving something out.
fn select(request: DeleteSnapshotsRequest, all: bool) -> Result<Selection, BoxError> {
    let invalid = |text: &str| Err(BoxError::InvalidArgument(text.to_owned()));
    match (request.filter, request.ids.is_empty(), all) {
        (None, true, true) => Ok(Selection::All),
        (None, false, false) => Ok(Selection::Ids(request.ids)),
        (Some(filter), true, false) => {
            check(&filter)?;
            let age = filter.older_than_seconds.unwrap_or(0);
            let before = match filter.older_than_seconds {
                None => i64::MAX,
                Some(_) => unix_now().saturating_sub_unsigned(age),
            };
            Ok(Selection::Filter { filter, before })
        }
        (Some(_), false, _) => invalid("filter: it goes without ids"),
        (Some(_), _, true) => invalid("filter: leave it out with all=true"),
        (None, false, true) => invalid("ids: leave it out with all=true"),
        (None, true, false) => invalid(
            "ids: it is empty; name what to delete, describe it with a filter, or say all=true \
             to delete everything",
        ),
    }
}

fn check(filter: &SnapshotFilter) -> Result<(), BoxError> {
    let invalid = |text: &str| Err(BoxError::InvalidArgument(text.to_owned()));
    if *filter == SnapshotFilter::default() {
        return invalid("filter: it is empty; give box_id, label, older_than_seconds or keep_last");
    }
    if filter.keep_last == Some(0) {
        return invalid("filter.keep_last: it is 0; leave it out to keep none");
    }
    Ok(())
}
