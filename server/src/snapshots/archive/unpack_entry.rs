//! Makes one entry of a layer in a directory that is open.

use std::ffi::OsStr;
use std::fs::File;
use std::io::Read;
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag, openat};
use nix::sys::stat::{
    FileStat, Mode, SFlag, UtimensatFlags, fchmod, fstatat, futimens, mknodat, utimensat,
};
use nix::sys::time::TimeSpec;
use nix::unistd::{UnlinkatFlags, fchown, fchownat, linkat, symlinkat, unlinkat};
use xattr::FileExt;

use super::CARRIED_ATTRIBUTES;
use super::error::ArchiveError;
use super::holes::{self, Extent};
use super::member::{Kind, Member};
use crate::linux::Named;
use crate::snapshots::view::{self, OPAQUE, OVERLAY_ATTRIBUTES};

/// Users that a box has.
const USERS: u64 = 65_536;
const LONGEST_TARGET: usize = 4095;

type Result<T> = std::result::Result<T, ArchiveError>;

/// Owner, mode, times and attributes.
#[derive(Clone, Debug)]
pub(super) struct Looks {
    user: u32,
    group: u32,
    mode: u32,
    modified: (i64, u32),
    attributes: Vec<(Vec<u8>, Vec<u8>)>,
}

impl Looks {
    /// Of a directory that nobody has described.
    pub(super) const PLAIN: Self = Self {
        user: 0,
        group: 0,
        mode: 0o755,
        modified: (0, 0),
        attributes: Vec::new(),
    };

    /// As an entry says.
    pub(super) fn of(member: &Member) -> Result<Self> {
        let id = |id: u64| {
            if id < USERS {
                return Ok(u32::try_from(id).unwrap_or(0));
            }
            Err(ArchiveError::refused(format!(
                "{:?} belongs to user or group {id}; a box has {USERS}",
                String::from_utf8_lossy(&member.path)
            )))
        };
        let mut attributes = Vec::new();
        for (name, value) in &member.attributes {
            if name.starts_with(OVERLAY_ATTRIBUTES.as_bytes()) {
                return Err(ArchiveError::refused(format!(
                    "{:?} has an attribute that is overlayfs's own",
                    String::from_utf8_lossy(&member.path)
                )));
            }
            if name.starts_with(CARRIED_ATTRIBUTES) {
                attributes.push((name.clone(), value.clone()));
            }
        }
        Ok(Self {
            user: id(member.user)?,
            group: id(member.group)?,
            mode: member.mode,
            modified: member.modified,
            attributes,
        })
    }

    /// As a directory looks, but for its attributes.
    pub(super) fn of_stat(stat: &FileStat, owner: Option<u32>) -> Self {
        let in_box = |id: u32| match id.wrapping_sub(owner.unwrap_or(id)) {
            id if u64::from(id) < USERS => id,
            _ => 0,
        };
        Self {
            user: in_box(stat.st_uid),
            group: in_box(stat.st_gid),
            mode: stat.st_mode & 0o7777,
            modified: (
                stat.st_mtime,
                u32::try_from(stat.st_mtime_nsec).unwrap_or(0),
            ),
            attributes: Vec::new(),
        }
    }

    fn times(&self) -> TimeSpec {
        TimeSpec::new(self.modified.0, self.modified.1.into())
    }

    fn owners(&self, owner: u32) -> (u32, u32) {
        (owner + self.user, owner + self.group)
    }
}

/// Makes a file, link or pipe where nothing is.
pub(super) fn make(
    member: &Member,
    directory: &OwnedFd,
    name: &OsStr,
    owner: Option<u32>,
    data: &mut dyn Read,
) -> Result<()> {
    let looks = Looks::of(member)?;
    let call = |what: &str| format!("{what}({})", name.display());
    match member.kind {
        Kind::File => {
            let flags = OFlag::O_WRONLY | OFlag::O_CREAT | OFlag::O_EXCL | OFlag::O_CLOEXEC;
            let mode = Mode::S_IRUSR | Mode::S_IWUSR;
            let file = openat(directory, name, flags, mode).named(|| call("create"))?;
            let file = File::from(file);
            match member.sparse {
                None => {
                    let all = [Extent {
                        start: 0,
                        length: member.size,
                    }];
                    holes::fill(&file, data, &all, member.size)?;
                }
                Some(length) => {
                    let extents = holes::read_list(data, length)?;
                    holes::fill(&file, data, &extents, length)?;
                }
            }
            return dress(&file.into(), &looks, owner);
        }
        Kind::Link => {
            let target = &member.target;
            if target.is_empty() || target.len() > LONGEST_TARGET || target.contains(&0) {
                return Err(ArchiveError::refused(format!(
                    "the target of the link {:?} is no path",
                    String::from_utf8_lossy(&member.path)
                )));
            }
            symlinkat(OsStr::from_bytes(target), directory, name).named(|| call("symlink"))?;
        }
        Kind::Pipe => {
            let mode = Mode::from_bits_truncate(looks.mode & !0o7000);
            mknodat(directory, name, SFlag::S_IFIFO, mode, 0).named(|| call("mkfifo"))?;
            // The process's own mask took bits away.
            nix::sys::stat::fchmodat(
                directory,
                name,
                Mode::from_bits_truncate(looks.mode),
                nix::sys::stat::FchmodatFlags::FollowSymlink,
            )
            .named(|| call("chmod"))?;
        }
        Kind::Directory | Kind::HardLink => return Ok(()),
    }
    if let Some(owner) = owner {
        let (user, group) = looks.owners(owner);
        let flags = AtFlags::AT_SYMLINK_NOFOLLOW;
        fchownat(
            directory,
            name,
            Some(user.into()),
            Some(group.into()),
            flags,
        )
        .named(|| call("chown"))?;
    }
    let (time, flags) = (looks.times(), UtimensatFlags::NoFollowSymlink);
    Ok(utimensat(directory, name, &time, &time, flags).named(|| call("utimensat"))?)
}

/// Gives an open file or directory its looks. In this order: a change of owner clears bits of the
/// mode, and each change touches the times.
pub(super) fn dress(file: &OwnedFd, looks: &Looks, owner: Option<u32>) -> Result<()> {
    if let Some(owner) = owner {
        let (user, group) = looks.owners(owner);
        fchown(file, Some(user.into()), Some(group.into())).named(|| "chown()".to_owned())?;
    }
    if !looks.attributes.is_empty() {
        let file = File::from(file.try_clone().named(|| "dup()".to_owned())?);
        for (name, value) in &looks.attributes {
            file.set_xattr(OsStr::from_bytes(name), value)
                .named(|| format!("setxattr({})", String::from_utf8_lossy(name)))?;
        }
    }
    let mode = Mode::from_bits_truncate(looks.mode);
    fchmod(file, mode).named(|| "chmod()".to_owned())?;
    let time = looks.times();
    Ok(futimens(file, &time, &time).named(|| "utimensat()".to_owned())?)
}

/// Takes away what an earlier entry put here, unless that is a directory.
pub(super) fn remove_other(directory: &OwnedFd, name: &OsStr, path: &Path) -> Result<()> {
    let Some(stat) = look(directory, name)? else {
        return Ok(());
    };
    if view::kind(&stat) == SFlag::S_IFDIR {
        return Err(ArchiveError::refused(format!(
            "{:?} comes twice, and first as a directory",
            path.display().to_string()
        )));
    }
    Ok(unlinkat(directory, name, UnlinkatFlags::NoRemoveDir).named(|| "unlink()".to_owned())?)
}

/// A whiteout, unless the layer puts something in its place.
pub(super) fn whiteout(directory: &OwnedFd, name: &OsStr) -> Result<()> {
    if look(directory, name)?.is_some() {
        return Ok(());
    }
    Ok(mknodat(directory, name, SFlag::S_IFCHR, Mode::empty(), 0)
        .named(|| format!("mknod({}, whiteout)", name.display()))?)
}

/// Makes a directory hide what lies below it.
pub(super) fn mark_opaque(directory: &OwnedFd) -> Result<()> {
    let directory = File::from(directory.try_clone().named(|| "dup()".to_owned())?);
    Ok(directory
        .set_xattr(OPAQUE, b"y")
        .named(|| "setxattr(opaque)".to_owned())?)
}

/// Links to something of the same layer; `false` when that is not there.
pub(super) fn link(
    above: &OwnedFd,
    target: &OsStr,
    directory: &OwnedFd,
    name: &OsStr,
) -> Result<bool> {
    match look(above, target)? {
        None => return Ok(false),
        Some(stat) if view::kind(&stat) == SFlag::S_IFDIR || view::is_whiteout(&stat) => {
            return Ok(false);
        }
        Some(_) => {}
    }
    linkat(above, target, directory, name, AtFlags::empty()).named(|| "link()".to_owned())?;
    Ok(true)
}

fn look(directory: &OwnedFd, name: &OsStr) -> Result<Option<FileStat>> {
    match fstatat(directory, name, AtFlags::AT_SYMLINK_NOFOLLOW) {
        Err(Errno::ENOENT) => Ok(None),
        found => Ok(Some(found.named(|| "stat()".to_owned())?)),
    }
}
