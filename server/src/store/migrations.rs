//! The database's format, one step per version; `user_version` says how many were taken.
//!
//! A step that was released is never edited: a change is a new step.

use rusqlite::Connection;

use super::StoreError;

const STEPS: &[&str] = &["
CREATE TABLE boxes (
    id               TEXT PRIMARY KEY,
    name             TEXT,
    status           TEXT NOT NULL CHECK (status IN ('idle', 'paused', 'deleted')),
    settings         TEXT NOT NULL,
    sealed_secrets   BLOB,
    snapshot_id      TEXT,
    next_layer       INTEGER NOT NULL,
    created_at       INTEGER NOT NULL,
    updated_at       INTEGER NOT NULL,
    last_activity_at INTEGER NOT NULL,
    deleted_at       INTEGER
) STRICT;
CREATE UNIQUE INDEX live_box_names ON boxes (name) WHERE status <> 'deleted';

CREATE TABLE layers (
    id         TEXT PRIMARY KEY,
    size_bytes INTEGER NOT NULL,
    counted    INTEGER NOT NULL
) STRICT;

CREATE TABLE snapshots (
    id             TEXT PRIMARY KEY,
    name           TEXT NOT NULL,
    box_id         TEXT NOT NULL,
    settings       TEXT NOT NULL,
    sealed_secrets BLOB,
    created_at     INTEGER NOT NULL
) STRICT;
CREATE INDEX snapshots_of_box ON snapshots (box_id);

-- Position 0 is the bottom. A layer that stands in neither table is free.
CREATE TABLE box_layers (
    box_id   TEXT NOT NULL REFERENCES boxes (id),
    position INTEGER NOT NULL,
    layer_id TEXT NOT NULL REFERENCES layers (id),
    PRIMARY KEY (box_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX boxes_of_layer ON box_layers (layer_id);

CREATE TABLE snapshot_layers (
    snapshot_id TEXT NOT NULL REFERENCES snapshots (id),
    position    INTEGER NOT NULL,
    layer_id    TEXT NOT NULL REFERENCES layers (id),
    PRIMARY KEY (snapshot_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX snapshots_of_layer ON snapshot_layers (layer_id);

CREATE TABLE runs (
    id                  TEXT PRIMARY KEY,
    box_id              TEXT NOT NULL,
    type                TEXT NOT NULL CHECK (type IN ('agent', 'shell')),
    status              TEXT NOT NULL CHECK (status IN ('running', 'completed', 'failed', 'cancelled')),
    prompt              TEXT NOT NULL,
    model               TEXT,
    output              TEXT,
    exit_code           INTEGER,
    error_message       TEXT,
    session_id          TEXT,
    input_tokens        INTEGER NOT NULL DEFAULT 0,
    output_tokens       INTEGER NOT NULL DEFAULT 0,
    cached_input_tokens INTEGER NOT NULL DEFAULT 0,
    cost_usd            REAL NOT NULL DEFAULT 0,
    cpu_ns              INTEGER NOT NULL DEFAULT 0,
    duration_ms         INTEGER NOT NULL DEFAULT 0,
    created_at          INTEGER NOT NULL,
    completed_at        INTEGER
) STRICT;
CREATE INDEX runs_of_box ON runs (box_id, created_at);
CREATE INDEX unfinished_runs ON runs (status) WHERE status = 'running';
", "
-- A layer is in the kernel's hands when it is recorded, and durable when it has reached the disk.
-- One that was not when the machine went down may have lost data: `boot_id` tells.
ALTER TABLE layers ADD COLUMN durable INTEGER NOT NULL DEFAULT 0;
ALTER TABLE layers ADD COLUMN boot_id TEXT NOT NULL DEFAULT '';
ALTER TABLE layers ADD COLUMN damaged INTEGER NOT NULL DEFAULT 0;
"];

/// Takes the steps that the database has not taken yet.
pub(super) fn apply(connection: &mut Connection) -> Result<(), StoreError> {
    let known = i64::try_from(STEPS.len()).unwrap_or(i64::MAX);
    let found: i64 = connection.pragma_query_value(None, "user_version", |row| row.get(0))?;
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (version, step) in (1_i64..).zip(STEPS) {
        if version > found {
            let transaction = connection.transaction()?;
            transaction.execute_batch(step)?;
            transaction.pragma_update(None, "user_version", version)?;
            transaction.commit()?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn applying_twice_changes_nothing() {
        let mut connection = Connection::open_in_memory().unwrap();
        apply(&mut connection).unwrap();
        apply(&mut connection).unwrap();
        let version: i64 = connection
            .pragma_query_value(None, "user_version", |row| row.get(0))
            .unwrap();
        assert_eq!(version, i64::try_from(STEPS.len()).unwrap());
    }

    #[test]
    fn a_newer_format_is_refused() {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.pragma_update(None, "user_version", 999).unwrap();
        assert!(matches!(
            apply(&mut connection),
            Err(StoreError::TooNew { found: 999, .. })
        ));
    }
}
