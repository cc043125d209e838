//! Answers to calls that may be repeated: see `boxes/once.rs`.

use rusqlite::{OptionalExtension, params};

use super::{Store, StoreError};

/// What a call was answered with.
#[derive(Clone, Debug)]
pub(crate) struct KeptAnswer {
    /// Fits the body of the call and no other.
    pub(crate) request: Vec<u8>,
    pub(crate) answer: String,
}

impl Store {
    /// The answer that a call with this key on this route got, if it is not older than `since`.
    pub(crate) fn kept_answer(
        &self,
        route: &str,
        key: &str,
        since: i64,
    ) -> Result<Option<KeptAnswer>, StoreError> {
        Ok(self
            .connection()
            .prepare_cached(
                "SELECT request, answer FROM kept_answers \
                 WHERE route = ?1 AND key = ?2 AND created_at >= ?3",
            )?
            .query_row(params![route, key, since], |row| {
                Ok(KeptAnswer {
                    request: row.get(0)?,
                    answer: row.get(1)?,
                })
            })
            .optional()?)
    }

    /// Keeps an answer, and forgets those older than `since`.
    pub(crate) fn keep_answer(
        &self,
        route: &str,
        key: &str,
        kept: &KeptAnswer,
        now: i64,
        since: i64,
    ) -> Result<(), StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        transaction
            .prepare_cached("DELETE FROM kept_answers WHERE created_at < ?1")?
            .execute([since])?;
        transaction
            .prepare_cached(
                "INSERT OR REPLACE INTO kept_answers (route, key, request, answer, created_at) \
                 VALUES (?1, ?2, ?3, ?4, ?5)",
            )?
            .execute(params![route, key, kept.request, kept.answer, now])?;
        Ok(transaction.commit()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_kept_for_its_route_and_key_until_it_is_too_old() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("store")).unwrap();
        let kept = |answer: &str| KeptAnswer {
            request: vec![1],
            answer: answer.to_owned(),
        };
        store
            .keep_answer("/a", "k", &kept("first"), 100, 0)
            .unwrap();
        store
            .keep_answer("/b", "k", &kept("other"), 150, 0)
            .unwrap();
        let found = |route: &str, key: &str, since| {
            let kept = store.kept_answer(route, key, since).unwrap();
            kept.map(|kept| kept.answer)
        };
        assert_eq!(found("/a", "k", 100).as_deref(), Some("first"));
        assert_eq!(found("/b", "k", 100).as_deref(), Some("other"));
        assert_eq!(found("/a", "other", 0), None);
        assert_eq!(found("/a", "k", 101), None);
        store
            .keep_answer("/c", "k", &kept("third"), 200, 101)
            .unwrap();
        assert_eq!(found("/a", "k", 0), None);
        assert_eq!(found("/b", "k", 0).as_deref(), Some("other"));
    }
}
