//! What layers are called outside: the digests of their tar files and of those compressed.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

/// A layer's names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct KnownBlob {
    /// Of the tar file.
    pub(crate) diff_id: String,
    /// Of the compressed tar file.
    pub(crate) digest: String,
    /// Compressed bytes.
    pub(crate) size_bytes: u64,
}

impl Store {
    /// What a layer becomes when it is written in this encoding, if that is known.
    pub(crate) fn layer_blob(
        &self,
        layer_id: &str,
        encoding: &str,
    ) -> Result<Option<KnownBlob>, StoreError> {
        let found = self
            .connection()
            .prepare_cached(
                "SELECT diff_id, digest, size_bytes FROM layer_blobs \
                 WHERE layer_id = ?1 AND encoding = ?2",
            )?
            .query_row([layer_id, encoding], |row| {
                Ok(KnownBlob {
                    diff_id: row.get(0)?,
                    digest: row.get(1)?,
                    size_bytes: row.get(2)?,
                })
            })
            .optional()?;
        Ok(found)
    }

    /// Keeps what a layer became. A layer that is gone meanwhile is no error.
    pub(crate) fn keep_layer_blob(
        &self,
        layer_id: &str,
        encoding: &str,
        blob: &KnownBlob,
    ) -> Result<(), StoreError> {
        self.connection()
            .prepare_cached(
                "INSERT OR REPLACE INTO layer_blobs \
                 (layer_id, encoding, diff_id, digest, size_bytes) \
                 SELECT id, ?2, ?3, ?4, ?5 FROM layers WHERE id = ?1",
            )?
            .execute(params![
                layer_id,
                encoding,
                blob.diff_id,
                blob.digest,
                blob.size_bytes
            ])?;
        Ok(())
    }

    /// Forgets what layers became.
    pub(crate) fn forget_layer_blobs(&self, layer_ids: &[String]) -> Result<(), StoreError> {
        let connection = self.connection();
        let mut statement =
            connection.prepare_cached("DELETE FROM layer_blobs WHERE layer_id = ?1")?;
        for layer_id in layer_ids {
            statement.execute([layer_id])?;
        }
        Ok(())
    }

    /// Whole layers that are this tar file.
    pub(crate) fn layers_with_diff_id(&self, diff_id: &str) -> Result<Vec<String>, StoreError> {
        self.ids(
            "SELECT DISTINCT layer_id FROM layer_blobs JOIN layers ON layers.id = layer_id \
             WHERE diff_id = ?1 AND NOT damaged ORDER BY layer_id",
            &[diff_id],
        )
    }
}
