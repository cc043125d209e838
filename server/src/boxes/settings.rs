//! Changing what a box was made with, one change at a time.

use super::error::BoxError;
use super::lookup::Entered;
use super::{Boxes, to_completion, unix_now};
use crate::store::BoxRecord;

impl Boxes {
    /// Lets `change` alter a box's record and stores it. Nothing is stored when `change` refuses.
    pub(super) async fn change<F>(&self, reference: &str, change: F) -> Result<Entered, BoxError>
    where
        F: FnOnce(&mut BoxRecord) -> Result<(), BoxError> + Send + 'static,
    {
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let mut record = entered.record.clone();
            change(&mut record)?;
            record.info.updated_at = unix_now();
            let stored = record.clone();
            let store = &this.inner.parts.store;
            store
                .run(move |store| store.update_settings(&stored))
                .await?;
            entered.record = record;
            Ok(entered)
        })
        .await
    }
}
