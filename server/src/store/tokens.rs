//! Tokens, of which only a digest is kept.

use rusqlite::{OptionalExtension, Row, params};
use upstash_box_wasm::api_types::{TokenInfo, TokenScope};

use super::{Store, StoreError};

const COLUMNS: &str = "id, scopes, box_id, created_at, expires_at, digest";

/// A token as it is kept.
#[derive(Clone, Debug)]
pub(crate) struct TokenRecord {
    pub(crate) info: TokenInfo,
    /// SHA-256 of its secret part.
    pub(crate) digest: Vec<u8>,
}

impl Store {
    /// Adds a token, and forgets those that had expired by `now`.
    pub(crate) fn insert_token(&self, record: &TokenRecord, now: i64) -> Result<(), StoreError> {
        let TokenRecord { info, digest } = record;
        let scopes = serde_json::to_string(&info.scopes)?;
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction.execute("DELETE FROM tokens WHERE expires_at <= ?1", [now])?;
        transaction.execute(
            &format!("INSERT INTO tokens ({COLUMNS}) VALUES (?1, ?2, ?3, ?4, ?5, ?6)"),
            params![
                info.id,
                scopes,
                info.box_id,
                info.created_at,
                info.expires_at,
                digest
            ],
        )?;
        Ok(transaction.commit()?)
    }

    /// The token with this id, whether it has expired or not.
    pub(crate) fn token(&self, id: &str) -> Result<Option<TokenRecord>, StoreError> {
        self.connection()
            .prepare_cached(&format!("SELECT {COLUMNS} FROM tokens WHERE id = ?1"))?
            .query_row([id], |row| Ok(read(row)))
            .optional()?
            .transpose()
    }

    /// Those that live at `now`, newest first.
    pub(crate) fn tokens(&self, now: i64) -> Result<Vec<TokenInfo>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached(&format!(
            "SELECT {COLUMNS} FROM tokens WHERE expires_at > ?1 ORDER BY rowid DESC"
        ))?;
        let rows = statement.query_map([now], |row| Ok(read(row)))?;
        rows.map(|row| Ok(row??.info)).collect()
    }

    /// Removes a token; false when there is none.
    pub(crate) fn delete_token(&self, id: &str) -> Result<bool, StoreError> {
        let removed = self
            .connection()
            .execute("DELETE FROM tokens WHERE id = ?1", [id])?;
        Ok(removed > 0)
    }
}

fn read(row: &Row<'_>) -> Result<TokenRecord, StoreError> {
    let scopes: Vec<TokenScope> = serde_json::from_str(&row.get::<_, String>(1)?)?;
    Ok(TokenRecord {
        info: TokenInfo {
            id: row.get(0)?,
            scopes,
            box_id: row.get(2)?,
            created_at: row.get(3)?,
            expires_at: row.get(4)?,
        },
        digest: row.get(5)?,
    })
}
