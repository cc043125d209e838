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

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag};
use nix::sys::stat::{FileStat, Mode, SFlag, fstat, fstatat};
use nix::unistd::{UnlinkatFlags, linkat, unlinkat};

use super::copy;
use super::view::{is_whiteout, kind};
use crate::linux::{self, Named};

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
    /// Entries whose copy is known to be good unless they change.
    noted: HashMap<PathBuf, Stamp>,
}

/// One pass over the tree.
struct Pass<'copy> {
    before: &'copy HashMap<PathBuf, Stamp>,
    /// Paths to copy again whatever they look like.
    suspect: &'copy HashSet<PathBuf>,
    noted: HashMap<PathBuf, Stamp>,
    /// Where in the target a file with several names was put in this pass.
    linked: HashMap<u64, PathBuf>,
    target_root: &'copy OwnedFd,
    /// Directories get their owner and mode last: they may close them to an ordinary user.
    is_last: bool,
}

impl LiveCopy {
    /// Copies `source` into `target`, an empty directory, while programs may write to `source`.
    pub(super) fn begin(source: OwnedFd, target: OwnedFd) -> linux::Result<Self> {
        let mut copy = Self {
            source,
            target,
            noted: HashMap::new(),
        };
        copy.pass(&HashSet::new(), false)?;
        Ok(copy)
    }

    /// Brings the copy up to date. Nobody may write to the source now.
    pub(super) fn finish(mut self, mapped: &HashSet<PathBuf>) -> linux::Result<()> {
        self.pass(mapped, true)
    }

    fn pass(&mut self, suspect: &HashSet<PathBuf>, is_last: bool) -> linux::Result<()> {
        let mut pass = Pass {
            before: &self.noted,
            suspect,
            noted: HashMap::with_capacity(self.noted.len()),
            linked: HashMap::new(),
            target_root: &self.target,
            is_last,
        };
        pass.directory(&self.source, &self.target, Path::new(""))?;
        self.noted = pass.noted;
        Ok(())
    }
}

impl Pass<'_> {
    fn directory(&mut self, source: &OwnedFd, target: &OwnedFd, path: &Path) -> linux::Result<()> {
        let call = || format!("copy({})", path.display());
        let entries = entries(source).named(call)?;
        let names: HashSet<&OsString> = entries.iter().map(|(name, _)| name).collect();
        for (name, _) in self::entries(target).named(call)? {
            if !names.contains(&name) {
                remove(target, &name)?;
            }
        }
        for (name, stat) in &entries {
            self.entry(source, target, name, stat, &path.join(name))?;
        }
        if !self.is_last {
            return Ok(());
        }
        let stat = fstat(source).named(call)?;
        copy::look_like(source, target, &stat, |_| true).named(call)
    }

    fn entry(
        &mut self,
        source: &OwnedFd,
        target: &OwnedFd,
        name: &OsStr,
        stat: &FileStat,
        path: &Path,
    ) -> linux::Result<()> {
        let is_directory = kind(stat) == SFlag::S_IFDIR;
        let good = self.is_good(path, stat);
        let keeps = good || is_directory && self.has_directory(target, name);
        if !keeps {
            remove(target, name)?;
        }
        if is_directory {
            if !self.has_directory(target, name) {
                copy::make_directory(target, name)?;
            }
            return match (
                copy::open_directory(source, name)?,
                copy::open_directory(target, name)?,
            ) {
                (Some(source), Some(target)) => self.directory(&source, &target, path),
                _ => remove(target, name),
            };
        }
        let copied = good
            || self.link_to_copied(target, name, stat)?
            || copy::entry(source, target, name, stat)?;
        if !copied {
            return remove(target, name);
        }
        if stat.st_nlink > 1 && !is_whiteout(stat) {
            self.linked
                .entry(stat.st_ino)
                .or_insert_with(|| path.to_path_buf());
        }
        self.note(path, stat);
        Ok(())
    }

    /// A further name of a file that this pass has copied or found good becomes a link to it.
    fn link_to_copied(
        &self,
        target: &OwnedFd,
        name: &OsStr,
        stat: &FileStat,
    ) -> linux::Result<bool> {
        let Some(first) = self.linked.get(&stat.st_ino).filter(|_| stat.st_nlink > 1) else {
            return Ok(false);
        };
        linkat(self.target_root, first, target, name, AtFlags::empty())
            .named(|| format!("link({})", name.display()))?;
        Ok(true)
    }

    fn is_good(&self, path: &Path, stat: &FileStat) -> bool {
        self.before.get(path) == Some(&Stamp::of(stat)) && !self.suspect.contains(path)
    }

    fn has_directory(&self, target: &OwnedFd, name: &OsStr) -> bool {
        fstatat(target, name, AtFlags::AT_SYMLINK_NOFOLLOW)
            .is_ok_and(|stat| kind(&stat) == SFlag::S_IFDIR)
    }

    fn note(&mut self, path: &Path, stat: &FileStat) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let stamp = Stamp::of(stat);
        if !stamp.is_fresh(now) {
            self.noted.insert(path.to_path_buf(), stamp);
        }
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
