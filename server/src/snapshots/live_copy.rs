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
//! What an earlier copy of the same source has, and has not changed since, is linked from there: that copy is
//! a layer by now, and layers are never written again. So a box that is copied again and again costs what it
//! changed in between.
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
use super::view::{LONGEST_PATH, is_whiteout, kind};
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

/// What a copy has in one directory, by name.
#[derive(Debug, Default)]
pub(super) struct Copied(HashMap<OsString, Entry>);

#[derive(Debug)]
enum Entry {
    /// Anything but a directory: good unless it changes, or of no use when nothing was noted.
    File(Option<Stamp>),
    Directory(Copied),
}

/// A directory of an earlier copy, which is a layer's now.
pub(super) struct Earlier<'copy> {
    pub(super) directory: OwnedFd,
    pub(super) copied: &'copy Copied,
}

impl Earlier<'_> {
    /// `None`: it had no such directory.
    fn below(&self, name: &OsStr) -> Option<Earlier<'_>> {
        let Some(Entry::Directory(copied)) = self.copied.0.get(name) else {
            return None;
        };
        let directory = copy::open_directory(&self.directory, name).ok()??;
        Some(Earlier { directory, copied })
    }

    /// Makes `name` in `target` the same file, when it still looks as it did. Where it can't be linked,
    /// because the layer has gone or for any other reason, it can be copied.
    fn link(&self, name: &OsStr, stamp: Stamp, target: &OwnedFd) -> bool {
        let noted = self.copied.0.get(name);
        matches!(noted, Some(Entry::File(Some(noted))) if *noted == stamp)
            && linkat(&self.directory, name, target, name, AtFlags::empty()).is_ok()
    }
}

/// A copy that is being made.
#[derive(Debug)]
pub(super) struct LiveCopy {
    source: OwnedFd,
    target: OwnedFd,
    /// Whether copies of files may stand on the same data.
    may_share: bool,
    copied: Copied,
}

/// One pass over the tree.
struct Pass<'copy> {
    /// Inodes to copy again whatever they look like; of a directory, all that is in it.
    suspect: &'copy HashSet<u64>,
    /// Files with several names that this pass has met.
    linked: HashMap<u64, Linked>,
    target_root: &'copy OwnedFd,
    /// Where the pass is.
    path: PathBuf,
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
    earlier: Option<&'level Earlier<'level>>,
    /// When it was about to be read.
    since: Duration,
    is_suspect: bool,
}

impl LiveCopy {
    /// Copies `source` into `target`, an empty directory, while programs may write to `source`.
    pub(super) fn begin(
        source: OwnedFd,
        target: OwnedFd,
        earlier: Option<&Earlier<'_>>,
        storage: Storage,
    ) -> linux::Result<Self> {
        let mut copy = Self {
            source,
            target,
            may_share: storage != Storage::CopiedData,
            copied: Copied::default(),
        };
        copy.pass(earlier, &HashSet::new(), false)?;
        Ok(copy)
    }

    /// Brings the copy up to date; what it has. Nobody may write to the source now.
    pub(super) fn finish(mut self, mapped: &HashSet<PathBuf>) -> linux::Result<Copied> {
        let suspect = mapped
            .iter()
            .filter_map(|path| self.inode_of(path))
            .collect();
        self.pass(None, &suspect, true)?;
        Ok(self.copied)
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

    fn pass(
        &mut self,
        earlier: Option<&Earlier<'_>>,
        suspect: &HashSet<u64>,
        is_last: bool,
    ) -> linux::Result<()> {
        let mut pass = Pass {
            suspect,
            linked: HashMap::new(),
            target_root: &self.target,
            path: PathBuf::new(),
            may_share: self.may_share,
            is_last,
        };
        let before = std::mem::take(&mut self.copied);
        self.copied = pass.directory(&self.source, &self.target, earlier, before, false)?;
        Ok(())
    }
}

impl Pass<'_> {
    /// `before`: what the copy of this directory has already.
    fn directory(
        &mut self,
        source: &OwnedFd,
        target: &OwnedFd,
        earlier: Option<&Earlier<'_>>,
        Copied(mut before): Copied,
        is_suspect: bool,
    ) -> linux::Result<Copied> {
        if self.path.as_os_str().len() > LONGEST_PATH {
            return Err(Errno::ENAMETOOLONG).named(|| "copy".to_owned());
        }
        let since = SystemTime::now().duration_since(UNIX_EPOCH);
        let inode = fstat(source).named(|| self.call())?.st_ino;
        let level = Level {
            source,
            target,
            earlier,
            since: since.unwrap_or_default(),
            is_suspect: is_suspect || self.suspect.contains(&inode),
        };
        let entries = entries(source).named(|| self.call())?;
        let mut copied = HashMap::with_capacity(entries.len());
        for (name, stat) in entries {
            let before = before.remove(&name);
            self.path.push(&name);
            let entry = if kind(&stat) == SFlag::S_IFDIR {
                self.subdirectory(&level, &name, before)?
            } else {
                self.file(&level, &name, &stat, before)?
            };
            self.path.pop();
            copied.extend(entry.map(|entry| (name, entry)));
        }
        for gone in before.keys() {
            remove(target, gone)?;
        }
        if self.is_last {
            let stat = fstat(source).named(|| self.call())?;
            copy::look_like(source, target, &stat, |_| true).named(|| self.call())?;
        }
        Ok(Copied(copied))
    }

    fn call(&self) -> String {
        format!("copy({})", self.path.display())
    }

    fn subdirectory(
        &mut self,
        level: &Level<'_>,
        name: &OsStr,
        before: Option<Entry>,
    ) -> linux::Result<Option<Entry>> {
        let Level { source, target, .. } = *level;
        let before = if let Some(Entry::Directory(copied)) = before {
            copied
        } else {
            if before.is_some() {
                remove(target, name)?;
            }
            copy::make_directory(target, name)?;
            Copied::default()
        };
        let earlier = level.earlier.and_then(|earlier| earlier.below(name));
        match (
            copy::open_directory(source, name)?,
            copy::open_directory(target, name)?,
        ) {
            (Some(source), Some(target)) => self
                .directory(&source, &target, earlier.as_ref(), before, level.is_suspect)
                .map(|copied| Some(Entry::Directory(copied))),
            _ => remove(target, name).map(|()| None),
        }
    }

    fn file(
        &mut self,
        level: &Level<'_>,
        name: &OsStr,
        stat: &FileStat,
        before: Option<Entry>,
    ) -> linux::Result<Option<Entry>> {
        let Level { source, target, .. } = *level;
        // Whiteouts share one inode, and are nobody's file.
        let has_other_names = stat.st_nlink > 1 && !is_whiteout(stat);
        let first = self.linked.get(&stat.st_ino).filter(|_| has_other_names);
        if let Some(first) = first {
            self.link(target, name, &first.path)?;
            return Ok(Some(Entry::File(first.noted)));
        }
        let stamp = Stamp::of(stat);
        let is_suspect = level.is_suspect || self.suspect.contains(&stat.st_ino);
        let is_good = matches!(before, Some(Entry::File(Some(noted))) if noted == stamp);
        if is_suspect || !is_good {
            if before.is_some() {
                remove(target, name)?;
            }
            let is_linked = |earlier: &Earlier<'_>| earlier.link(name, stamp, target);
            if !level.earlier.is_some_and(is_linked)
                && !copy::entry(source, target, name, stat, self.may_share)?
            {
                return remove(target, name).map(|()| None);
            }
        }
        // A mapped file may be stored to at any later time, and tell nothing of it.
        let noted = (!is_suspect && !stamp.is_fresh(level.since)).then_some(stamp);
        if has_other_names {
            let path = self.path.clone();
            self.linked.insert(stat.st_ino, Linked { path, noted });
        }
        Ok(Some(Entry::File(noted)))
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

fn names(directory: &OwnedFd) -> nix::Result<Vec<OsString>> {
    use std::os::unix::ffi::OsStringExt;
    let flags = OFlag::O_RDONLY | OFlag::O_DIRECTORY | OFlag::O_CLOEXEC;
    let mut listing = Dir::openat(directory, ".", flags, Mode::empty())?;
    let mut names = Vec::new();
    for entry in listing.iter() {
        let name = entry?.file_name().to_bytes().to_vec();
        if name != b"." && name != b".." {
            names.push(OsString::from_vec(name));
        }
    }
    Ok(names)
}

fn entries(directory: &OwnedFd) -> nix::Result<Vec<(OsString, FileStat)>> {
    let mut entries = Vec::new();
    for name in names(directory)? {
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
        for below in names(&directory).named(call)? {
            remove(&directory, &below)?;
        }
    }
    unlinkat(target, name, UnlinkatFlags::RemoveDir).named(call)
}
