//! Finding boxes, and getting hold of one to work on it.

use std::sync::Arc;

use tokio::sync::OwnedMutexGuard;
use upstash_box_wasm::api_types::{BoxInfo, BoxStatus};

use super::error::BoxError;
use super::owner::{BoxOwner, Live};
use super::{Boxes, rules};
use crate::store::BoxRecord;

/// A live box whose lock is held: nobody else changes it meanwhile.
pub(super) struct Entered {
    pub(super) record: BoxRecord,
    pub(super) owner: Arc<BoxOwner>,
    pub(super) live: OwnedMutexGuard<Live>,
}

impl Entered {
    pub(super) fn id(&self) -> &str {
        &self.record.info.id
    }
}

impl Boxes {
    /// The box with this id, a deleted one as its tombstone, or the live box with this name.
    pub(crate) async fn get(&self, reference: &str) -> Result<BoxInfo, BoxError> {
        let record = self.find(reference).await?;
        Ok(self.with_status(record.info))
    }

    /// What a live box is doing.
    pub(crate) async fn status(&self, reference: &str) -> Result<BoxStatus, BoxError> {
        let record = self.find_live(reference).await?;
        Ok(self.with_status(record.info).status)
    }

    /// Live boxes, or deleted ones, newest first.
    pub(crate) async fn list(
        &self,
        deleted: bool,
        label: Option<String>,
    ) -> Result<Vec<BoxInfo>, BoxError> {
        let records = self
            .inner
            .parts
            .store
            .run(move |store| store.list_boxes(deleted, label.as_deref()))
            .await?;
        Ok(records
            .into_iter()
            .map(|record| self.with_status(record.info))
            .collect())
    }

    pub(super) async fn find_live(&self, reference: &str) -> Result<BoxRecord, BoxError> {
        let record = self.find(reference).await?;
        if record.info.status == BoxStatus::Deleted {
            return Err(not_found(reference));
        }
        Ok(record)
    }

    /// Waits until nobody else works on the box's sandbox or disk, and keeps it so.
    pub(super) async fn enter(&self, reference: &str) -> Result<Entered, BoxError> {
        // One that was used before is known by its id without being looked up.
        let known = self.owners().get(reference).cloned();
        let (id, owner) = match known {
            Some(owner) => (reference.to_owned(), owner),
            None => {
                let id = self.find_live(reference).await?.info.id;
                let mut owners = self.owners();
                let owner = owners
                    .entry(id.clone())
                    .or_insert_with(|| Arc::new(BoxOwner::new()));
                (id, Arc::clone(owner))
            }
        };
        let live = Arc::clone(&owner.live).lock_owned().await;
        // It may have been deleted, or have got a new layer, while this waited.
        let record = self.find_live(&id).await;
        if matches!(record, Err(BoxError::BoxNotFound(_))) {
            self.owners().remove(&id);
        }
        Ok(Entered {
            record: record?,
            owner,
            live,
        })
    }

    pub(super) fn with_status(&self, mut info: BoxInfo) -> BoxInfo {
        let is_running = self
            .owners()
            .get(&info.id)
            .is_some_and(|owner| owner.runs() > 0);
        if is_running && info.status != BoxStatus::Deleted {
            info.status = BoxStatus::Running;
        }
        info
    }

    async fn find(&self, reference: &str) -> Result<BoxRecord, BoxError> {
        // What no box can be called need not be looked up, nor be repeated in an answer.
        if rules::one_line("box", reference, 100).is_err() {
            return Err(not_found("with that id or name"));
        }
        let wanted = reference.to_owned();
        let found = self
            .inner
            .parts
            .store
            .run(move |store| store.find_box(&wanted))
            .await?;
        found.ok_or_else(|| not_found(reference))
    }
}

fn not_found(reference: &str) -> BoxError {
    BoxError::BoxNotFound(reference.to_owned())
}
