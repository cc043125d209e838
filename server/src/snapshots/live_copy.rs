//! Copies the upper of a box whose processes live, with as short a pause as can be.
//!
//! 1. While they run: copy everything, and note for each entry what it looked like just before.
//! 2. The caller stops the processes.
//! 3. While they stand still: copy again what has changed since, drop what is gone.
//! 4. The caller lets them go on.
//!
//! The pause then follows what changed during the first pass, not what is there. What changed is
//! told by inode and change time, which no program can set back. Two things escape that: a change
//! within the same tick of the clock, so entries changed just before they were noted count as
//! changed; and stores through a shared mapping, so the caller names the files that are mapped.
//!
//! A file with several names is one file in the copy as well: each pass takes it once, under the name
//! that it meets first, and what is noted for the others is what was noted for that one.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};
use nix::unistd::{UnlinkatFlags, linkat, unlinkat};

use super::copy;
use super::storage::Storage;
use super::view::{is_whiteout, kind};
use crate::linux::{self, Named, open};

/// Twice the coarsest tick of a kernel's clock for files.
const TICK: Duration = Duration::from_millis(20);

/// What an entry looked like when it was copied.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Stamp {
    inode: u64,
    changed: (i64, i64),
    length: i64,
}

impl Stamp {
    fn of(stat: &FileStat) -> Self {
        Self {
            inode: stat.st_ino,
            changed: (stat.st_ctime, stat.st_ctime_nsec),
            length: stat.st_size,
        }
    }

    /// Whether a change after the stamp could have the same change time.
    fn is_fresh(&self, now: Duration) -> bool {
        let seconds = u64::try_from(self.changed.0).unwrap_or(0);
        let nanos = u32::try_from(self.changed.1).unwrap_or(0);
        Duration::new(seconds, nanos) + TICK >= now
    }
}

/// A copy that is being made.
#[derive(Debug)]
pub(super) struct LiveCopy {
    source: OwnedFd,
    target: OwnedFd,
    /// Whether copies of files may stand on the same data.
    may_share: bool,
    /// Entries whose copy is known to be good unless they change.
    noted: HashMap<PathBuf, Stamp>,
}

/// One pass over the tree.
struct Pass<'copy> {
    before: &'copy HashMap<PathBuf, Stamp>,
    /// Inodes to copy again whatever they look like; of a directory, all that is in it.
    suspect: &'copy HashSet<u64>,
    noted: HashMap<PathBuf, Stamp>,
    /// Files with several names that this pass has met.
    linked: HashMap<u64, Linked>,
    target_root: &'copy OwnedFd,
    may_share: bool,
    /// Directories get their owner and mode last: they may close them to an ordinary user.
    is_last: bool,
}

/// The first name of a file with several, and what was noted for it.
#[derive(Clone)]
struct Linked {
    path: PathBuf,
    noted: Option<Stamp>,
}

/// A directory that is being copied.
struct Level<'level> {
    source: &'level OwnedFd,
    target: &'level OwnedFd,
    path: &'level Path,
    /// When it was about to be read.
    since: Duration,
    is_suspect: bool,
}

impl LiveCopy {
    /// Copies `source` into `target`, an empty directory, while programs may write to `source`.
    pub(super) fn begin(source: OwnedFd, target: OwnedFd, storage: Storage) -> linux::Result<Self> {
        let mut copy = Self {
            source,
            target,
            may_share: storage != Storage::CopiedData,
            noted: HashMap::new(),
        };
        copy.pass(&HashSet::new(), false)?;
        Ok(copy)
    }

    /// Brings the copy up to date. Nobody may write to the source now.
    pub(super) fn finish(mut self, mapped: &HashSet<PathBuf>) -> linux::Result<()> {
        let suspect = mapped
            .iter()
            .filter_map(|path| self.inode_of(path))
            .collect();
        self.pass(&suspect, true)
    }

    /// `None`: there is no such thing in the source.
    fn inode_of(&self, path: &Path) -> Option<u64> {
        let path = if path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            path
        };
        let flags = OFlag::O_PATH | OFlag::O_NOFOLLOW;
        let found = open::open_below(self.source.as_fd(), path, flags).ok()?;
        Some(fstat(&found).ok()?.st_ino)
    }

    fn pass(&mut self, suspect: &HashSet<u64>, is_last: bool) -> linux::Result<()> {
        let mut pass = Pass {
            before: &self.noted,
            suspect,
            noted: HashMap::with_capacity(self.noted.len()),
            linked: HashMap::new(),
            target_root: &self.target,
            may_share: self.may_share,
            is_last,
        };
        pass.directory(&self.source, &self.target, Path::new(""), false)?;
        self.noted = pass.noted;
        Ok(())
    }
}

impl Pass<'_> {
    fn directory(
        &mut self,
        source: &OwnedFd,
        target: &OwnedFd,
        path: &Path,
        is_suspect: bool,
    ) -> linux::Result<()> {
        let call = || format!("copy({})", path.display());
        let level = Level {
            source,
            target,
            path,
            since: SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default(),
            is_suspect: is_suspect || self.suspect.contains(&fstat(source).named(call)?.st_ino),
        };
        let entries = entries(source).named(call)?;
        let names: HashSet<&OsString> = entries.iter().map(|(name, _)| name).collect();
        for (name, _) in self::entries(target).named(call)? {
            if !names.contains(&name) {
                remove(target, &name)?;
            }
        }
        for (name, stat) in &entries {
            if kind(stat) == SFlag::S_IFDIR {
                self.subdirectory(&level, name)?;
            } else {
                self.file(&level, name, stat)?;
            }
        }
        if !self.is_last {
            return Ok(());
        }
        let stat = fstat(source).named(call)?;
        copy::look_like(source, target, &stat, |_| true).named(call)
    }

    fn subdirectory(&mut self, level: &Level<'_>, name: &OsStr) -> linux::Result<()> {
        let Level { source, target, .. } = *level;
        let is_there = fstatat(target, name, AtFlags::AT_SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| kind(&stat) == SFlag::S_IFDIR);
        if !is_there {
            remove(target, name)?;
            copy::make_directory(target, name)?;
        }
        match (
            copy::open_directory(source, name)?,
            copy::open_directory(target, name)?,
        ) {
            (Some(source), Some(target)) => {
                self.directory(&source, &target, &level.path.join(name), level.is_suspect)
            }
            _ => remove(target, name),
        }
    }

    fn file(&mut self, level: &Level<'_>, name: &OsStr, stat: &FileStat) -> linux::Result<()> {
        let Level { source, target, .. } = *level;
        let path = level.path.join(name);
        // Whiteouts share one inode, and are nobody's file.
        let has_other_names = stat.st_nlink > 1 && !is_whiteout(stat);
        let first = self.linked.get(&stat.st_ino).filter(|_| has_other_names);
        if let Some(first) = first.cloned() {
            self.link(target, name, &first.path)?;
            self.noted.extend(first.noted.map(|stamp| (path, stamp)));
            return Ok(());
        }
        let stamp = Stamp::of(stat);
        let is_suspect = level.is_suspect || self.suspect.contains(&stat.st_ino);
        if is_suspect || self.before.get(&path) != Some(&stamp) {
            remove(target, name)?;
            if !copy::entry(source, target, name, stat, self.may_share)? {
                return remove(target, name);
            }
        }
        let noted = (!stamp.is_fresh(level.since)).then_some(stamp);
        self.noted.extend(noted.map(|stamp| (path.clone(), stamp)));
        if has_other_names {
            self.linked.insert(stat.st_ino, Linked { path, noted });
        }
        Ok(())
    }

    /// Makes `name` another name of what this pass has at `first`.
    fn link(&self, target: &OwnedFd, name: &OsStr, first: &Path) -> linux::Result<()> {
        let call = || format!("link({})", name.display());
        let inode = |directory: &OwnedFd, path: &Path| {
            fstatat(directory, path, AtFlags::AT_SYMLINK_NOFOLLOW).map(|stat| stat.st_ino)
        };
        let wanted = inode(self.target_root, first).named(call)?;
        if inode(target, Path::new(name)) == Ok(wanted) {
            return Ok(());
        }
        remove(target, name)?;
        linkat(self.target_root, first, target, name, AtFlags::empty()).named(call)
    }
}

fn entries(directory: &OwnedFd) -> nix::Result<Vec<(OsString, FileStat)>> {
    use std::os::unix::ffi::OsStringExt;
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let mut listing = Dir::openat(directory, ".", flags, Mode::empty())?;
    let mut entries = Vec::new();
    for entry in listing.iter() {
        let name = entry?.file_name().to_bytes().to_vec();
        if name == b"." || name == b".." {
            continue;
        }
        let name = OsString::from_vec(name);
        match fstatat(directory, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(stat) => entries.push((name, stat)),
            Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno),
        }
    }
    Ok(entries)
}

/// Removes an entry of the copy, which is ours alone; one that is not there is gone already.
fn remove(target: &OwnedFd, name: &OsStr) -> linux::Result<()> {
    let call = || format!("remove({})", name.display());
    match unlinkat(target, name, UnlinkatFlags::NoRemoveDir) {
        Ok(()) | Err(Errno::ENOENT) => return Ok(()),
        Err(Errno::EISDIR | Errno::EPERM) => {}
        failed => return failed.named(call),
    }
    if let Some(directory) = copy::open_directory(target, name)? {
        for (below, _) in entries(&directory).named(call)? {
            remove(&directory, &below)?;
        }
    }
    unlinkat(target, name, UnlinkatFlags::RemoveDir).named(call)
}
