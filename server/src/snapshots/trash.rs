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
    remove(path).on("remove", path)
}

/// A path that is longer than this below the root is shortened: boxes nest directories deeper than any path,
/// or any stack, is long.
const LONGEST_PATH: usize = 512;

/// As many directories are remembered of one that is being read.
const MOST_BELOW: usize = 1000;

/// Neither its stack nor its descriptors follow the depth of the tree, nor its memory the number of entries.
fn remove(root: &Path) -> io::Result<()> {
    let mut open = vec![root.to_path_buf()];
    let mut moved = 0;
    while let Some(directory) = open.last() {
        let below = match opened_up(directory, || remove_files(directory)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Vec::new(),
            below => below?,
        };
        if below.is_empty() {
            match opened_up(directory.parent().unwrap_or(directory), || {
                fs::remove_dir(directory)
            }) {
                Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                removed => removed?,
            }
            open.pop();
            continue;
        }
        for path in below {
            let depth = path.as_os_str().len() - root.as_os_str().len();
            open.push(if depth > LONGEST_PATH {
                move_up(root, &path, &mut moved)?
            } else {
                path
            });
        }
    }
    Ok(())
}

/// Removes what is in a directory but for other directories, of which it tells some.
fn remove_files(directory: &Path) -> io::Result<Vec<PathBuf>> {
    let mut below = Vec::new();
    for entry in fs::read_dir(directory)? {
        let entry = entry?;
        if !entry.file_type()?.is_dir() {
            fs::remove_file(entry.path())?;
            continue;
        }
        below.push(entry.path());
        if below.len() == MOST_BELOW {
            break;
        }
    }
    Ok(below)
}

/// Gives a directory a short path below the root.
fn move_up(root: &Path, path: &Path, moved: &mut u64) -> io::Result<PathBuf> {
    loop {
        let shorter = root.join(format!("moved-up-{moved}"));
        *moved += 1;
        // It goes to another directory, so it must be one that can be written.
        match opened_up(path, || fs::rename(path, &shorter)) {
            Err(error) if is_taken(&error) => {}
            renamed => return renamed.map(|()| shorter),
        }
    }
}

fn is_taken(error: &io::Error) -> bool {
    use io::ErrorKind::{AlreadyExists, DirectoryNotEmpty, NotADirectory};
    matches!(
        error.kind(),
        AlreadyExists | DirectoryNotEmpty | NotADirectory
    )
}

/// Directories that a box, or overlayfs, closed to everyone keep an ordinary user from removing what
/// is in them.
fn opened_up<T>(directory: &Path, work: impl Fn() -> io::Result<T>) -> io::Result<T> {
    match work() {
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            // When this fails, so does the work, which says why.
            let _ = fs::set_permissions(directory, fs::Permissions::from_mode(0o700));
            work()
        }
        done => done,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use nix::fcntl::{AT_FDCWD, OFlag};
    use nix::sys::stat::{Mode, mkdirat};

    #[test]
    fn what_is_nested_deeper_than_any_path_is_removed() {
        let root = tempfile::tempdir().unwrap();
        let tree = root.path().join("tree");
        fs::create_dir(&tree).unwrap();
        let mut above =
            nix::fcntl::openat(AT_FDCWD, &tree, OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        for _ in 0..20_000 {
            mkdirat(&above, "directory", Mode::from_bits_truncate(0o755)).unwrap();
            above =
                nix::fcntl::openat(&above, "directory", OFlag::O_DIRECTORY, Mode::empty()).unwrap();
        }
        drop(above);
        remove_now(&tree).unwrap();
        assert!(!tree.exists());
    }

    #[test]
    fn closed_directories_wide_ones_and_names_in_the_way_are_removed() {
        let root = tempfile::tempdir().unwrap();
        let tree = root.path().join("tree");
        let deep = tree.join("d".repeat(200)).join("e".repeat(200));
        fs::create_dir_all(&deep).unwrap();
        for number in 0..2500 {
            fs::create_dir(tree.join(format!("wide-{number}"))).unwrap();
        }
        fs::write(tree.join("moved-up-0"), "in the way").unwrap();
        fs::write(deep.join("file"), "text").unwrap();
        std::os::unix::fs::symlink("/", deep.join("link")).unwrap();
        fs::set_permissions(&deep, fs::Permissions::from_mode(0o000)).unwrap();
        remove_now(&tree).unwrap();
        assert!(!tree.exists());
        remove_now(&tree).unwrap();
    }
}
