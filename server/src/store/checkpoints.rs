//! Moves what was committed from the log into the database file, off everybody's way.
//!
//! SQLite would do it in the middle of a commit, where its waits for the disk would be a client's.

use std::path::Path;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread;
use std::time::Duration;

use rusqlite::Connection;

use super::StoreError;
use super::reserve::Reserve;

/// How often it is looked whether there is anything to move.
const PAUSE: Duration = Duration::from_secs(2);

/// Ends the thread when it is dropped.
#[derive(Debug)]
pub(super) struct Checkpoints {
    _end: Sender<()>,
}

/// Takes checkpoints of the database at `path`, and sees to its reserve, until the answer is dropped.
pub(super) fn start(path: &Path, mut reserve: Reserve) -> Result<Checkpoints, StoreError> {
    let connection = Connection::open(path)?;
    let (end, ended) = channel();
    let run = move || {
        while ended.recv_timeout(PAUSE) == Err(RecvTimeoutError::Timeout) {
            // Passive: it waits for nobody and lets nobody wait. The next round does the rest.
            if let Err(error) = connection.execute_batch("PRAGMA wal_checkpoint(PASSIVE)") {
                tracing::warn!(%error, "the database's log could not be moved into its file");
            }
            reserve.fill();
        }
    };
    let thread = thread::Builder::new().name("checkpoints".into()).spawn(run);
    thread.map_err(|error| StoreError::Interrupted(error.to_string()))?;
    Ok(Checkpoints { _end: end })
}
