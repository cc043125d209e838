//! Labels of a box: words to find it by.

use super::error::BoxError;
use super::{Boxes, rules};

impl Boxes {
    /// Adds a label, if the box does not have it; all that it has then.
    pub(crate) async fn add_label(
        &self,
        reference: &str,
        label: String,
    ) -> Result<Vec<String>, BoxError> {
        rules::labels(std::slice::from_ref(&label))?;
        let changed = self
            .change(reference, move |record| {
                let labels = &mut record.info.labels;
                if !labels.contains(&label) {
                    labels.push(label);
                }
                rules::labels(labels)
            })
            .await?;
        Ok(changed.record.info.labels)
    }

    /// Takes a label away, if the box has it; all that are left.
    pub(crate) async fn remove_label(
        &self,
        reference: &str,
        label: String,
    ) -> Result<Vec<String>, BoxError> {
        let changed = self
            .change(reference, move |record| {
                record.info.labels.retain(|one| *one != label);
                Ok(())
            })
            .await?;
        Ok(changed.record.info.labels)
    }
}
