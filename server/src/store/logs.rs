//! Log lines, and how much history is kept.

use rusqlite::{Connection, Row, params};
use upstash_box_wasm::api_types::{LogEntry, LogLevel, LogSource};

use super::{Store, StoreError};

/// The longest message; the rest of a long prompt is in its run.
const MAX_MESSAGE_CHARS: usize = 1000;

/// Which lines: of one box or of all live ones, and which page of them.
#[derive(Clone, Debug)]
pub(crate) struct LogQuery {
    pub(crate) box_id: Option<String>,
    /// How many of the newest to pass over.
    pub(crate) offset: u64,
    pub(crate) limit: u32,
}

impl Store {
    /// The latest lines, oldest first. Lines of all boxes name their box.
    pub(crate) fn logs(&self, query: &LogQuery) -> Result<Vec<LogEntry>, StoreError> {
        let connection = self.connection();
        let names_box = query.box_id.is_none();
        let sql = if names_box {
            "SELECT * FROM logs WHERE ?1 IS NULL ORDER BY id DESC LIMIT ?2 OFFSET ?3"
        } else {
            "SELECT * FROM logs WHERE box_id = ?1 ORDER BY id DESC LIMIT ?2 OFFSET ?3"
        };
        let mut statement = connection.prepare_cached(sql)?;
        let mut entries: Vec<LogEntry> = statement
            .query_map(params![query.box_id, query.limit, query.offset], |row| {
                read(row, names_box)
            })?
            .collect::<Result<_, _>>()?;
        entries.reverse();
        Ok(entries)
    }

    /// Adds a line about a live box.
    pub(crate) fn log(
        &self,
        box_id: &str,
        level: LogLevel,
        message: &str,
        now: i64,
    ) -> Result<(), StoreError> {
        let connection = self.connection();
        let sql = "SELECT 1 FROM boxes WHERE id = ?1 AND status <> 'deleted'";
        if connection.prepare_cached(sql)?.exists([box_id])? {
            insert(
                &connection,
                box_id,
                (level, LogSource::System),
                message,
                now,
            )?;
        }
        Ok(())
    }

    /// Removes all but each box's newest runs and lines; how many went.
    pub(crate) fn prune_history(&self, runs: u32, lines: u32) -> Result<usize, StoreError> {
        let mut connection = self.connection();
        let transaction = connection.transaction()?;
        let mut removed = 0;
        for (table, keep) in [("runs", runs), ("logs", lines)] {
            let crowded: Vec<String> = transaction
                .prepare(&format!(
                    "SELECT box_id FROM {table} GROUP BY box_id HAVING count(*) > ?1"
                ))?
                .query_map([keep], |row| row.get(0))?
                .collect::<Result<_, _>>()?;
            for box_id in crowded {
                removed += transaction.execute(
                    &format!(
                        "DELETE FROM {table} WHERE box_id = ?1 AND rowid <= (SELECT rowid FROM \
                         {table} WHERE box_id = ?1 ORDER BY rowid DESC LIMIT 1 OFFSET ?2)"
                    ),
                    params![box_id, keep],
                )?;
            }
        }
        transaction.commit()?;
        Ok(removed)
    }
}

/// Adds a line in whatever transaction this is part of.
pub(super) fn insert(
    connection: &Connection,
    box_id: &str,
    (level, source): (LogLevel, LogSource),
    message: &str,
    now: i64,
) -> Result<(), StoreError> {
    let message: String = message.chars().take(MAX_MESSAGE_CHARS).collect();
    connection
        .prepare_cached(
            "INSERT INTO logs (box_id, timestamp, level, source, message) \
             VALUES (?1, ?2, ?3, ?4, ?5)",
        )?
        .execute(params![
            box_id,
            now,
            level_text(level),
            source_text(source),
            message
        ])?;
    Ok(())
}

fn read(row: &Row<'_>, names_box: bool) -> Result<LogEntry, rusqlite::Error> {
    let level: String = row.get("level")?;
    let source: String = row.get("source")?;
    let box_id: String = row.get("box_id")?;
    Ok(LogEntry {
        timestamp: row.get("timestamp")?,
        level: match level.as_str() {
            "warn" => LogLevel::Warn,
            "error" => LogLevel::Error,
            _ => LogLevel::Info,
        },
        source: match source.as_str() {
            "agent" => LogSource::Agent,
            "user" => LogSource::User,
            _ => LogSource::System,
        },
        message: row.get("message")?,
        box_id: names_box.then_some(box_id),
    })
}

const fn level_text(level: LogLevel) -> &'static str {
    match level {
        LogLevel::Info => "info",
        LogLevel::Warn => "warn",
        LogLevel::Error => "error",
    }
}

const fn source_text(source: LogSource) -> &'static str {
    match source {
        LogSource::System => "system",
        LogSource::Agent => "agent",
        LogSource::User => "user",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::RunRecord;

    #[test]
    fn each_box_keeps_its_newest_runs_and_lines() {
        let directory = tempfile::tempdir().unwrap();
        let store = Store::open(&directory.path().join("db")).unwrap();
        let run = |box_id: &str, number: i64| RunRecord {
            id: format!("{box_id}{number}"),
            box_id: box_id.to_owned(),
            kind: "shell",
            status: "completed".to_owned(),
            created_at: number,
            ..RunRecord::default()
        };
        for number in 0..5 {
            store.insert_run(&run("busy", number)).unwrap();
        }
        store.insert_run(&run("quiet", 0)).unwrap();
        store.prune_history(3, 2).unwrap();
        let ids = |box_id: &str| -> Vec<String> {
            let runs = store.list_runs(box_id, 10, 0).unwrap();
            runs.into_iter().map(|run| run.id).collect()
        };
        assert_eq!(ids("busy"), ["busy4", "busy3", "busy2"]);
        assert_eq!(ids("quiet"), ["quiet0"]);
        let times = |box_id: &str| -> Vec<i64> {
            let query = LogQuery {
                box_id: Some(box_id.to_owned()),
                offset: 0,
                limit: 10,
            };
            let lines = store.logs(&query).unwrap();
            lines.into_iter().map(|line| line.timestamp).collect()
        };
        assert_eq!(times("busy"), [3, 4]);
        assert_eq!(times("quiet"), [0]);
        assert_eq!(store.prune_history(3, 2).unwrap(), 0);
    }
}
