//! Room on the disk that is the database's alone.
//!
//! A box can fill the disk. Making room, by deleting a box or a snapshot, is itself a record, so the
//! database's files own more blocks than they use: nobody else can take these.

use std::fs::File;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};

use nix::fcntl::{FallocateFlags, fallocate};

/// Records of some minutes of hard work.
const LOG_BYTES: i64 = 4 << 20;
/// The database grows by what the log moves into it.
const DATABASE_BYTES: i64 = 4 << 20;

/// The database's files, and how much room each is to have.
///
/// They stay open: closing any handle of a file gives up all locks that this process has on it.
#[derive(Debug)]
pub(super) struct Reserve {
    files: Vec<Reserved>,
}

#[derive(Debug)]
struct Reserved {
    file: File,
    bytes: i64,
    /// Up to where the file was used when the room was put by.
    used: Option<i64>,
}

impl Reserve {
    /// Once the database is open and has its log. Where the filesystem can't do it, there is no
    /// reserve.
    pub(super) fn make(database: &Path) -> Self {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        let files = [
            (PathBuf::from(log), LOG_BYTES),
            (database.to_path_buf(), DATABASE_BYTES),
        ];
        let open = |path: &Path| File::options().write(true).open(path);
        let files = files.into_iter();
        let mut reserve = Self {
            files: files
                .filter_map(|(path, bytes)| {
                    Some(Reserved {
                        file: open(&path).ok()?,
                        bytes,
                        used: None,
                    })
                })
                .collect(),
        };
        reserve.fill();
        reserve
    }

    /// Makes up for what was used, if there is room. A file's length stays what it is.
    pub(super) fn fill(&mut self) {
        for reserved in &mut self.files {
            let used = reserved.file.metadata().map_or(0, |it| it.size());
            let used = i64::try_from(used).unwrap_or(0);
            if reserved.used == Some(used) {
                continue;
            }
            let flags = FallocateFlags::FALLOC_FL_KEEP_SIZE;
            match fallocate(&reserved.file, flags, used, reserved.bytes) {
                Ok(()) => reserved.used = Some(used),
                Err(errno) => tracing::debug!(%errno, "no room was put by for the database"),
            }
        }
    }
}
