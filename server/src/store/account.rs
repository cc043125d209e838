//! What belongs to the account rather than to one box: its environment, each value sealed.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{Store, StoreError};

impl Store {
    /// Sealed values by name.
    pub(crate) fn account_env(&self) -> Result<BTreeMap<String, Vec<u8>>, StoreError> {
        let connection = self.connection();
        let mut statement = connection.prepare_cached("SELECT name, sealed FROM account_env")?;
        let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// Adds variables, in place of those with the same names; `alone` removes all others.
    pub(crate) fn set_account_env(
        &self,
        sealed: &BTreeMap<String, Vec<u8>>,
        alone: bool,
    ) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        if alone {
            transaction.execute("DELETE FROM account_env", [])?;
        }
        for (name, sealed) in sealed {
            transaction
                .prepare_cached(
                    "INSERT OR REPLACE INTO account_env (name, sealed) VALUES (?1, ?2)",
                )?
                .execute(params![name, sealed])?;
        }
        Ok(transaction.commit()?)
    }

    /// Removes a variable, if there is one of this name.
    pub(crate) fn remove_account_env(&self, name: &str) -> Result<(), StoreError> {
        self.connection()
            .execute("DELETE FROM account_env WHERE name = ?1", [name])?;
        Ok(())
    }
}
