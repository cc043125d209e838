//! Directories in which the filesystem makes files quickly, found before they are needed.
//!
//! Without a journal ext4 uses no inode again for a minute, at times for five, after its file was removed, and
//! looks at each of those one by one whenever a file is made near them. A box or a copy whose directory lies
//! where some thousand files were just removed would take half a millisecond for each file in place of some
//! microseconds. Nobody tells where that is, so it is tried: a file without a name is made, and timed.
//!
//! Also reading for the first time what a part of the disk holds takes milliseconds. So a few directories are
//! kept ready in `DATA/places`, and become a box's or a copy's by a rename.

use std::collections::VecDeque;
use std::fs;
use std::io;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc::{Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::Duration;

use super::error::{LayerError, On};
use crate::linux::placement;

/// How many are kept ready.
const READY: usize = 8;

/// How many places are tried while a box waits; it gets the next one that there is then.
const ATTEMPTS: usize = 4;
/// How many are tried in the background.
const PATIENT_ATTEMPTS: usize = 16;

/// How many places that are no good are kept, empty. The filesystem would offer them again.
const KEPT_SLOW: usize = 64;

/// What making a file takes of a processor where there is room, with a wide margin. Where many were
/// removed it is ten times as much.
const QUICK: Duration = Duration::from_micros(60);

/// Places for directories of one filesystem.
#[derive(Debug)]
pub(super) struct Places {
    found: Arc<Found>,
    /// `None`: this filesystem puts files where it likes, and all places are the same.
    wake: Option<Sender<()>>,
    finder: Option<JoinHandle<()>>,
}

#[derive(Debug)]
struct Found {
    directory: PathBuf,
    ready: Mutex<Vec<PathBuf>>,
    /// Places that were no good, the oldest first.
    slow: Mutex<VecDeque<PathBuf>>,
    next: AtomicU64,
}

impl Places {
    /// Looks for places in the background, for as long as this lives. What an earlier server had found goes.
    pub(super) fn open(directory: &Path) -> Result<Self, LayerError> {
        fs::create_dir_all(directory).on("create", directory)?;
        for entry in fs::read_dir(directory).on("list", directory)?.flatten() {
            remove(&entry.path());
        }
        let found = Arc::new(Found {
            directory: directory.to_path_buf(),
            ready: Mutex::default(),
            slow: Mutex::default(),
            next: AtomicU64::new(0),
        });
        let tells_places = placement::spread(directory).is_ok()
            && placement::time_to_make_a_file(directory).is_ok();
        if !tells_places {
            return Ok(Self {
                found,
                wake: None,
                finder: None,
            });
        }
        let (wake, woken) = channel();
        let filled = Arc::clone(&found);
        let finder = thread::Builder::new().name("places".into()).spawn(move || {
            filled.fill();
            while woken.recv().is_ok() {
                // One look for all that were taken meanwhile.
                while woken.try_recv().is_ok() {}
                filled.fill();
            }
        });
        Ok(Self {
            found,
            wake: Some(wake),
            finder: Some(finder.on("start a thread for", directory)?),
        })
    }

    /// Makes the directory `path`, which does not exist, in a good place.
    pub(super) fn make(&self, path: &Path) -> Result<(), LayerError> {
        let Some(wake) = &self.wake else {
            return create(path).on("create", path);
        };
        let place = self.found.take();
        // The thread lives as long as the sender.
        let _ = wake.send(());
        match place {
            Some(place) => fs::rename(place, path).on("create", path),
            None => create(path).on("create", path),
        }
    }
}

impl Drop for Places {
    /// Nothing is made in the directory afterwards, so that it can be removed.
    fn drop(&mut self) {
        drop(self.wake.take());
        if let Some(finder) = self.finder.take() {
            // It does not panic, and there would be nothing to do about it.
            let _ = finder.join();
        }
    }
}

impl Found {
    /// One that is still good, else one that is found now.
    fn take(&self) -> Option<PathBuf> {
        while let Some(place) = self.pop() {
            if is_quick(&place) {
                return Some(place);
            }
            self.put_aside(place);
        }
        self.find(1, ATTEMPTS).pop()
    }

    fn fill(&self) {
        let missing = READY.saturating_sub(self.ready().len());
        let found = self.find(missing, PATIENT_ATTEMPTS);
        self.ready().extend(found);
    }

    /// At most `wanted` places.
    fn find(&self, wanted: usize, attempts: usize) -> Vec<PathBuf> {
        let (mut good, mut slow) = (Vec::new(), 0);
        while good.len() < wanted && slow < attempts {
            let number = self.next.fetch_add(1, Ordering::Relaxed);
            let name = format!("{}-{number}", std::process::id());
            let place = self.directory.join(name);
            if let Err(error) = create(&place) {
                tracing::debug!(%error, "no place for a directory was found");
                break;
            }
            if is_quick(&place) {
                good.push(place);
            } else {
                slow += 1;
                self.put_aside(place);
            }
        }
        good
    }

    fn put_aside(&self, place: PathBuf) {
        let mut slow = self.slow.lock().unwrap_or_else(PoisonError::into_inner);
        slow.push_back(place);
        if slow.len() > KEPT_SLOW
            && let Some(oldest) = slow.pop_front()
        {
            remove(&oldest);
        }
    }

    fn pop(&self) -> Option<PathBuf> {
        self.ready().pop()
    }

    fn ready(&self) -> std::sync::MutexGuard<'_, Vec<PathBuf>> {
        self.ready.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The second attempt counts: the first may have had to read what the place holds.
fn is_quick(place: &Path) -> bool {
    let quick = || placement::time_to_make_a_file(place).is_ok_and(|time| time <= QUICK);
    quick() || quick()
}

fn create(path: &Path) -> io::Result<()> {
    fs::DirBuilder::new().mode(0o755).create(path)
}

fn remove(place: &Path) {
    // It is empty, and the next start tries again.
    let _ = fs::remove_dir(place);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(directory: &Path) -> usize {
        fs::read_dir(directory).unwrap().count()
    }

    #[test]
    fn directories_are_made_wherever_there_are_places_and_none_is_given_twice() {
        let scratch = tempfile::tempdir().unwrap();
        let places = Places::open(&scratch.path().join("places")).unwrap();
        for number in 0..3 * READY {
            let path = scratch.path().join(format!("made-{number}"));
            places.make(&path).unwrap();
            assert_eq!(names(&path), 0);
        }
        assert_eq!(names(scratch.path()), 3 * READY + 1);
    }

    #[test]
    fn a_directory_that_exists_with_content_is_not_replaced() {
        let scratch = tempfile::tempdir().unwrap();
        let places = Places::open(&scratch.path().join("places")).unwrap();
        let path = scratch.path().join("kept");
        fs::create_dir(&path).unwrap();
        fs::write(path.join("file"), "kept").unwrap();
        places.make(&path).unwrap_err();
        assert_eq!(fs::read(path.join("file")).unwrap(), b"kept");
    }

    #[test]
    fn what_an_earlier_server_had_found_goes() {
        let scratch = tempfile::tempdir().unwrap();
        let directory = scratch.path().join("places");
        fs::create_dir_all(directory.join("old")).unwrap();
        let _places = Places::open(&directory).unwrap();
        assert!(!directory.join("old").exists());
    }
}
