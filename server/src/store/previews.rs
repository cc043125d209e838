//! Preview rows: which ports of which boxes are reached from outside, and who may.

use rusqlite::{OptionalExtension, Row, params};

use super::{Store, StoreError};

/// One public URL.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct PreviewRecord {
    pub(crate) box_id: String,
    pub(crate) port: u16,
    /// Digest of the bearer token, if one opens it.
    pub(crate) token: Option<Vec<u8>>,
    /// Digest of the password, if one opens it.
    pub(crate) password: Option<Vec<u8>>,
    pub(crate) created_at: i64,
}

impl Store {
    /// Stores a public URL in place of the one that the port had.
    pub(crate) fn put_preview(&self, preview: &PreviewRecord) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "INSERT OR REPLACE INTO previews (box_id, port, token, password, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![
                preview.box_id,
                preview.port,
                preview.token,
                preview.password,
                preview.created_at,
            ])?;
        Ok(())
    }

    pub(crate) fn preview(
        &self,
        box_id: &str,
        port: u16,
    ) -> Result<Option<PreviewRecord>, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT * FROM previews WHERE box_id = ?1 AND port = ?2")?;
        Ok(statement
            .query_row(params![box_id, port], read)
            .optional()?)
    }

    /// A box's public URLs, by port.
    pub(crate) fn previews(&self, box_id: &str) -> Result<Vec<PreviewRecord>, StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("SELECT * FROM previews WHERE box_id = ?1 ORDER BY port")?;
        let rows = statement.query_map([box_id], read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Whether there was one.
    pub(crate) fn delete_preview(&self, box_id: &str, port: u16) -> Result<bool, StoreError> {
        let deleted = self
            .connection()
            .prepare_cached("DELETE FROM previews WHERE box_id = ?1 AND port = ?2")?
            .execute(params![box_id, port])?;
        Ok(deleted > 0)
    }
}

fn read(row: &Row<'_>) -> Result<PreviewRecord, rusqlite::Error> {
    Ok(PreviewRecord {
        box_id: row.get("box_id")?,
        port: row.get("port")?,
        token: row.get("token")?,
        password: row.get("password")?,
        created_at: row.get("created_at")?,
    })
}
