//! Changing what a box was made with.

use rusqlite::params;

use super::boxes::settings_of;
use super::{BoxRecord, Store, StoreError};

impl Store {
    /// Stores the settings and secrets of a live box as they are in `record`.
    pub(crate) fn update_settings(&self, record: &BoxRecord) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "UPDATE boxes SET settings = ?2, sealed_secrets = ?3, updated_at = ?4 \
                 WHERE id = ?1 AND status <> 'deleted'",
            )?
            .execute(params![
                record.info.id,
                serde_json::to_string(&settings_of(record))?,
                record.sealed_secrets,
                record.info.updated_at,
            ])?;
        Ok(())
    }
}
