//! What must survive a restart: boxes, snapshots, the order of their layers, runs. SQLite.
//!
//! Rows and transactions only. Decides nothing about boxes, never touches a layer's directory and
//! never sees a secret in clear: what is sealed stays sealed here.
//! Each method is one transaction and blocks; async code goes through [`Store::run`].

mod account;
mod boxes;
mod chains;
mod checkpoints;
mod digests;
mod imports;
mod kept_answers;
mod layer_blobs;
mod lifecycle;
mod lineage;
mod logs;
mod migrations;
mod previews;
mod reserve;
mod retention;
mod rollback;
mod runs;
mod schedules;
mod settings;
mod snapshot_list;
mod snapshots;
mod tokens;

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::Connection;
use thiserror::Error;

pub(crate) use boxes::{BoxRecord, BoxSettings, Inserted, Origin};
pub(crate) use digests::KeptDigest;
pub(crate) use imports::ImportedLayer;
pub(crate) use kept_answers::KeptAnswer;
pub(crate) use layer_blobs::KnownBlob;
pub(crate) use logs::LogQuery;
pub(crate) use previews::PreviewRecord;
pub(crate) use retention::{Removal, Selection};
pub(crate) use rollback::RolledBack;
pub(crate) use runs::{RunOutcome, RunRecord};
pub(crate) use schedules::{Occurrence, Schedule, ScheduleKind, ScheduleSettings};
pub(crate) use snapshot_list::{Expiry, Place, SnapshotChange, SnapshotQuery};
pub(crate) use snapshots::{NewLayer, NewSnapshot, SnapshotSource};
pub(crate) use tokens::TokenRecord;

/// Why the store could not answer.
#[derive(Debug, Error)]
pub enum StoreError {
    /// The file can't be opened or is no database.
    #[error("the database {path} can't be opened: {source}")]
    Open {
        /// The database file.
        path: PathBuf,
        /// What SQLite said.
        source: rusqlite::Error,
    },
    /// A newer box-server wrote it.
    #[error(
        "the database has format {found}, this box-server knows up to {known}; use the newer box-server that wrote it"
    )]
    TooNew {
        /// The format of the file.
        found: i64,
        /// The newest format known here.
        known: i64,
    },
    /// A statement failed.
    #[error("the database failed: {0}")]
    Sqlite(#[from] rusqlite::Error),
    /// A JSON column does not hold what it should.
    #[error("a row of the database can't be read: {0}")]
    Row(#[from] serde_json::Error),
    /// What was committed could not be brought to the disk.
    #[error("the database's log could not be brought to the disk: {0}")]
    Unsynced(String),
    /// The thread that ran the statement ended early.
    #[error("a database call was interrupted: {0}")]
    Interrupted(String),
}

impl StoreError {
    /// Whether the disk under the database is full.
    pub(crate) fn is_storage_full(&self) -> bool {
        matches!(self, Self::Sqlite(error) | Self::Open { source: error, .. }
            if error.sqlite_error_code() == Some(rusqlite::ErrorCode::DiskFull))
    }
}

/// How many statements stay translated: more than there are.
const STATEMENTS: usize = 256;

/// The database of one data directory.
#[derive(Debug)]
pub(crate) struct Store {
    connection: Mutex<Connection>,
    /// What was committed and is not in the database's file yet.
    log: PathBuf,
    _checkpoints: checkpoints::Checkpoints,
}

impl Store {
    /// Opens or makes the database at `path` and brings it to the newest format.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let opened = |source| StoreError::Open {
            path: path.to_owned(),
            source,
        };
        let mut connection = Connection::open(path).map_err(opened)?;
        connection
            .pragma_update(None, "journal_mode", "WAL")
            .map_err(opened)?;
        // A commit is in the kernel's hands when it returns, so killing the server loses nothing.
        connection
            .pragma_update(None, "synchronous", "NORMAL")
            .map_err(opened)?;
        connection
            .pragma_update(None, "foreign_keys", "ON")
            .map_err(opened)?;
        // Done by a thread of its own.
        connection
            .pragma_update(None, "wal_autocheckpoint", 0)
            .map_err(opened)?;
        migrations::apply(&mut connection)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        Ok(Self {
            connection: Mutex::new(connection),
            log: log_of(path),
            _checkpoints: checkpoints::start(path, reserve::Reserve::make(path))?,
        })
    }

    /// Runs `work` where blocking is allowed.
    pub(crate) async fn run<T, F>(self: &Arc<Self>, work: F) -> Result<T, StoreError>
    where
        T: Send + 'static,
        F: FnOnce(&Self) -> Result<T, StoreError> + Send + 'static,
    {
        let store = Arc::clone(self);
        tokio::task::spawn_blocking(move || work(&store))
            .await
            .unwrap_or_else(|error| Err(StoreError::Interrupted(error.to_string())))
    }

    /// Waits until all that was committed is on the disk.
    pub(crate) fn sync(&self) -> Result<(), StoreError> {
        match std::fs::File::open(&self.log).and_then(|log| log.sync_data()) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                Err(StoreError::Unsynced(error.to_string()))
            }
            // Without a log, nothing was committed since all was in the file.
            _ => Ok(()),
        }
    }

    /// A panic elsewhere can't leave half a transaction behind: dropping one rolls it back.
    fn connection(&self) -> MutexGuard<'_, Connection> {
        self.connection
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
    }
}

/// Where SQLite keeps the log of the database at `path`.
fn log_of(path: &Path) -> PathBuf {
    let mut log = path.as_os_str().to_owned();
    log.push("-wal");
    log.into()
}
