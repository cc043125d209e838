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
", "
-- What a snapshot was taken on top of: its box's snapshot before, or the one that the box was
-- restored from. `current_snapshot_id` is the parent of the box's next snapshot. Both always name
-- a snapshot that exists.
ALTER TABLE snapshots ADD COLUMN parent_id TEXT;
ALTER TABLE boxes ADD COLUMN current_snapshot_id TEXT;
CREATE INDEX children_of_snapshot ON snapshots (parent_id);
CREATE INDEX boxes_on_snapshot ON boxes (current_snapshot_id);
UPDATE snapshots SET parent_id = coalesce(
    (SELECT earlier.id FROM snapshots AS earlier WHERE earlier.box_id = snapshots.box_id
        AND earlier.rowid < snapshots.rowid ORDER BY earlier.rowid DESC LIMIT 1),
    (SELECT snapshot_id FROM boxes WHERE boxes.id = snapshots.box_id
        AND snapshot_id IN (SELECT id FROM snapshots)));
UPDATE boxes SET current_snapshot_id = coalesce(
    (SELECT id FROM snapshots WHERE box_id = boxes.id ORDER BY snapshots.rowid DESC LIMIT 1),
    (SELECT id FROM snapshots WHERE id = boxes.snapshot_id));
", "
-- Labels are a JSON list. A pinned snapshot does not expire.
ALTER TABLE snapshots ADD COLUMN labels TEXT NOT NULL DEFAULT '[]';
ALTER TABLE snapshots ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0;
ALTER TABLE snapshots ADD COLUMN expires_at INTEGER;
CREATE INDEX snapshots_by_age ON snapshots (created_at);
CREATE INDEX expiring_snapshots ON snapshots (expires_at) WHERE expires_at IS NOT NULL;
", "
-- Answers to calls that carried an Idempotency-Key. `request` is a keyed digest of the body.
CREATE TABLE kept_answers (
    route      TEXT NOT NULL,
    key        TEXT NOT NULL,
    request    BLOB NOT NULL,
    answer     TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (route, key)
) STRICT, WITHOUT ROWID;
CREATE INDEX kept_answers_by_age ON kept_answers (created_at);
", "
-- What a snapshot held when it was first verified.
CREATE TABLE snapshot_digests (
    snapshot_id TEXT PRIMARY KEY REFERENCES snapshots (id) ON DELETE CASCADE,
    digest      TEXT NOT NULL
) STRICT, WITHOUT ROWID;
", "
-- Environment of the boxes that are made later.
CREATE TABLE account_env (
    name   TEXT PRIMARY KEY,
    sealed BLOB NOT NULL
) STRICT, WITHOUT ROWID;
", "
-- What happened in a box, for people.
CREATE TABLE logs (
    id        INTEGER PRIMARY KEY,
    box_id    TEXT NOT NULL,
    timestamp INTEGER NOT NULL,
    level     TEXT NOT NULL,
    source    TEXT NOT NULL,
    message   TEXT NOT NULL
) STRICT;
CREATE INDEX logs_of_box ON logs (box_id, id);
", "
-- When an ephemeral box is deleted by itself.
ALTER TABLE boxes ADD COLUMN expires_at INTEGER;
CREATE INDEX expiring_boxes ON boxes (expires_at)
    WHERE expires_at IS NOT NULL AND status <> 'deleted';
CREATE INDEX idle_boxes ON boxes (last_activity_at) WHERE status = 'idle';
", "
-- What a layer is called outside: digests of its tar file and of that compressed. `encoding` says how
-- it was written here; it is empty where the layer came from outside as it is.
CREATE TABLE layer_blobs (
    layer_id   TEXT NOT NULL REFERENCES layers (id) ON DELETE CASCADE,
    encoding   TEXT NOT NULL,
    diff_id    TEXT NOT NULL,
    digest     TEXT NOT NULL,
    size_bytes INTEGER NOT NULL,
    PRIMARY KEY (layer_id, encoding)
) STRICT, WITHOUT ROWID;
CREATE INDEX layer_blobs_by_diff_id ON layer_blobs (diff_id);
", "
-- What a box does by itself. An active schedule knows its next occurrence.
CREATE TABLE schedules (
    id              TEXT PRIMARY KEY,
    box_id          TEXT NOT NULL REFERENCES boxes (id),
    settings        TEXT NOT NULL,
    sealed_headers  BLOB,
    status          TEXT NOT NULL CHECK (status IN ('active', 'paused')),
    next_run_at     INTEGER,
    last_run_at     INTEGER,
    last_run_status TEXT CHECK (last_run_status IN ('completed', 'failed', 'skipped')),
    last_run_id     TEXT,
    total_runs      INTEGER NOT NULL DEFAULT 0,
    total_failures  INTEGER NOT NULL DEFAULT 0,
    created_at      INTEGER NOT NULL,
    updated_at      INTEGER NOT NULL
) STRICT;
CREATE INDEX schedules_of_box ON schedules (box_id);
CREATE INDEX coming_schedules ON schedules (next_run_at) WHERE next_run_at IS NOT NULL;
ALTER TABLE runs ADD COLUMN schedule_id TEXT;
", "
-- Public URLs of boxes. Of a secret there is only its digest.
CREATE TABLE previews (
    box_id     TEXT NOT NULL,
    port       INTEGER NOT NULL,
    token      BLOB,
    password   BLOB,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (box_id, port)
) STRICT, WITHOUT ROWID;
CREATE TRIGGER previews_end_with_their_box AFTER UPDATE OF status ON boxes
    WHEN NEW.status = 'deleted'
    BEGIN DELETE FROM previews WHERE box_id = NEW.id; END;
", "
-- Keys that may do less than the account's. `scopes` is a JSON list, `digest` that of the secret part.
CREATE TABLE tokens (
    id         TEXT PRIMARY KEY,
    digest     BLOB NOT NULL,
    scopes     TEXT NOT NULL,
    box_id     TEXT,
    created_at INTEGER NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;
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
    fn earlier_snapshots_get_their_parents() {
        let mut connection = Connection::open_in_memory().unwrap();
        for step in STEPS.iter().take(2) {
            connection.execute_batch(step).unwrap();
        }
        connection.pragma_update(None, "user_version", 2).unwrap();
        for (id, restored_from) in [("a", None), ("b", Some("a1")), ("c", Some("gone"))] {
            connection
                .execute(
                    "INSERT INTO boxes (id, status, settings, snapshot_id, next_layer, created_at, \
                     updated_at, last_activity_at) VALUES (?1, 'idle', '{}', ?2, 1, 0, 0, 0)",
                    (id, restored_from),
                )
                .unwrap();
        }
        for id in ["a1", "a2", "b1"] {
            connection
                .execute(
                    "INSERT INTO snapshots (id, name, box_id, settings, created_at) \
                     VALUES (?1, 'n', substr(?1, 1, 1), '{}', 0)",
                    [id],
                )
                .unwrap();
        }
        apply(&mut connection).unwrap();
        let pairs = |sql: &str| -> Vec<(String, Option<String>)> {
            let mut statement = connection.prepare(sql).unwrap();
            let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)));
            rows.unwrap().map(Result::unwrap).collect()
        };
        let some = |id: &str| Some(id.to_owned());
        assert_eq!(
            pairs("SELECT id, parent_id FROM snapshots ORDER BY id"),
            [
                ("a1".to_owned(), None),
                ("a2".to_owned(), some("a1")),
                ("b1".to_owned(), some("a1")),
            ]
        );
        assert_eq!(
            pairs("SELECT id, current_snapshot_id FROM boxes ORDER BY id"),
            [
                ("a".to_owned(), some("a2")),
                ("b".to_owned(), some("b1")),
                ("c".to_owned(), None),
            ]
        );
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
