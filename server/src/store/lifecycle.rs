//! Whether a box is awake, when it was last used, and when it ends by itself.

use rusqlite::params;

use super::{Store, StoreError};

impl Store {
    /// Notes that a live box was used.
    pub(crate) fn set_last_activity(&self, id: &str, now: i64) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "UPDATE boxes SET last_activity_at = ?2 WHERE id = ?1 AND status <> 'deleted'",
            )?
            .execute(params![id, now])?;
        Ok(())
    }

    /// Marks a live box paused or idle.
    pub(crate) fn set_paused(&self, id: &str, paused: bool, now: i64) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "UPDATE boxes SET status = ?2, updated_at = ?3 WHERE id = ?1 AND status <> 'deleted'",
            )?
            .execute(params![id, if paused { "paused" } else { "idle" }, now])?;
        Ok(())
    }

    /// Boxes that nothing has used since `since`, and that may be paused.
    pub(crate) fn unused_boxes(&self, since: i64) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id FROM boxes WHERE status = 'idle' AND last_activity_at <= ?1 \
             AND NOT coalesce(json_extract(settings, '$.keep_alive'), 0)",
        )?;
        let rows = statement.query_map([since], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Boxes that stay up and have something to run when they start.
    pub(crate) fn boxes_to_start(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id FROM boxes WHERE status <> 'deleted' \
             AND json_extract(settings, '$.keep_alive') \
             AND json_extract(settings, '$.init_command') IS NOT NULL",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Ephemeral boxes whose time has come.
    pub(crate) fn expired_boxes(&self) -> Result<Vec<String>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(
            "SELECT id FROM boxes WHERE expires_at <= unixepoch() AND status <> 'deleted'",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// When the next ephemeral box ends.
    pub(crate) fn next_box_expiry(&self) -> Result<Option<i64>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT min(expires_at) FROM boxes WHERE expires_at IS NOT NULL \
                 AND status <> 'deleted'",
            )?
            .query_row([], |row| row.get(0))?)
    }
}
