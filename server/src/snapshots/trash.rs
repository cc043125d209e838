//! Directories on their way out: gone from their place at once, unlinked in the background.

use std::fs;
use std::io;
use std::os::unix::fs::{DirBuilderExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::thread;

use super::error::{LayerError, On};

/// One directory, emptied by one thread for as long as the store lives.
#[derive(Debug)]
pub(super) struct Trash {
    directory: PathBuf,
    next: AtomicU64,
    wake: Sender<()>,
}

impl Trash {
    /// What an earlier server left is removed too.
    pub(super) fn open(directory: &Path) -> Result<Self, LayerError> {
        fs::DirBuilder::new()
            .recursive(true)
            .mode(0o700)
            .create(directory)
            .on("create", directory)?;
        let (wake, woken) = channel();
        let emptied = directory.to_path_buf();
        thread::Builder::new()
            .name("trash".into())
            .spawn(move || {
                empty(&emptied);
                while woken.recv().is_ok() {
                    empty(&emptied);
                }
            })
            .on("start a thread for", directory)?;
        // Names go on from the clock, so that leftovers are never in the way.
        let start = std::time::UNIX_EPOCH
            .elapsed()
            .map_or(0, |time| time.as_micros() as u64);
        Ok(Self {
            directory: directory.to_path_buf(),
            next: AtomicU64::new(start),
            wake,
        })
    }

    /// Moves a directory here; one that is not there is gone already.
    pub(super) fn take(&self, path: &Path) -> Result<(), LayerError> {
        let number = self.next.fetch_add(1, Ordering::Relaxed);
        match fs::rename(path, self.directory.join(number.to_string())) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            moved => {
                moved.on("remove", path)?;
                self.empty_later();
                Ok(())
            }
        }
    }

    /// Removes what is here, soon.
    pub(super) fn empty_later(&self) {
        // The thread lives as long as the sender.
        let _ = self.wake.send(());
    }
}

/// Removes every entry; what can't be removed now is tried again at the next start.
fn empty(directory: &Path) {
    for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
        let path = entry.path();
        if let Err(error) = remove_now(&path) {
            tracing::warn!(path = %path.display(), %error, "a removed directory is still there");
        }
    }
}

/// Removes a directory with all that is in it, where it is.
pub(super) fn remove_now(path: &Path) -> Result<(), LayerError> {
    let removed = remove(path).or_else(|_| {
        open_up(path);
        remove(path)
    });
    removed.on("remove", path)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        removed => removed,
    }
}

/// Directories that a box, or overlayfs, closed to everyone keep an ordinary user from removing what
/// is in them.
fn open_up(path: &Path) {
    let mut closed = vec![path.to_path_buf()];
    while let Some(directory) = closed.pop() {
        // Opened before it is read. When this fails, so will the removal, which says so.
        let _ = fs::set_permissions(&directory, fs::Permissions::from_mode(0o700));
        let entries = fs::read_dir(&directory).into_iter().flatten().flatten();
        let directories = entries.filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()));
        closed.extend(directories.map(|entry| entry.path()));
    }
}
