//! Writes a layer as the tar file of an OCI image's layer.
//!
//! Entries come in the order of names, with owners as the box sees them and without access times, so
//! a layer makes the same bytes whenever and wherever it is written. Sockets are left out, as no tar
//! file can hold them.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::File;
use std::io::{Read, Write};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{FileStat, SFlag, fstat};
use xattr::FileExt;

use super::error::ArchiveError;
use super::holes::{self, Extent};
use super::member::{Kind, Member};
use super::tar_writer::TarWriter;
use super::{CARRIED_ATTRIBUTES, OPAQUE_MARK, WHITEOUT};
use crate::linux::{KernelError, Named};
use crate::snapshots::view::{self, Node, OVERLAY_ATTRIBUTES, Place};

/// Users of a box are below this; who is not is shown to nobody in a box either.
const USERS: u32 = 65_536;
const NOBODY: u32 = 65_534;

type Result<T> = std::result::Result<T, ArchiveError>;

/// Writes one layer.
pub(in crate::snapshots) struct Packer<'all> {
    tar: TarWriter<&'all mut dyn Write>,
    /// The host's user that is the box's root.
    owner: u32,
    /// Where other parts are mounted: what lies there in this one is seen by nobody.
    mounts: &'all [PathBuf],
    /// The first path of each file with several links.
    linked: HashMap<(u64, u64), Vec<u8>>,
    is_cancelled: &'all dyn Fn() -> bool,
}

impl<'all> Packer<'all> {
    pub(in crate::snapshots) fn new(
        output: &'all mut dyn Write,
        owner: u32,
        mounts: &'all [PathBuf],
        is_cancelled: &'all dyn Fn() -> bool,
    ) -> Self {
        Self {
            tar: TarWriter::new(output),
            owner,
            mounts,
            linked: HashMap::new(),
            is_cancelled,
        }
    }

    pub(in crate::snapshots) fn finish(self) -> Result<()> {
        self.tar.finish().map(drop)
    }

    /// Writes what a part of the layer holds; `path` is where it is mounted.
    pub(in crate::snapshots) fn node(&mut self, path: &Path, node: &Node) -> Result<()> {
        if (self.is_cancelled)() {
            return Err(ArchiveError::Cancelled);
        }
        match node {
            Node::Removed => self.tar.header(&Member::mark(beside(path, WHITEOUT))),
            Node::Other(place) => self.other(path, place),
            Node::Directory { places, opaque } => {
                let Some(topmost) = places.first() else {
                    return Ok(());
                };
                self.directory(path, topmost)?;
                if *opaque {
                    let mark = [&name_of(path), b"/".as_slice(), OPAQUE_MARK].concat();
                    self.tar.header(&Member::mark(mark))?;
                }
                for (name, child) in view::children(places)? {
                    let child_path = path.join(&name);
                    check_name(&name, &child_path)?;
                    if !self.mounts.contains(&child_path) {
                        self.node(&child_path, &child)?;
                    }
                }
                Ok(())
            }
        }
    }

    fn directory(&mut self, path: &Path, place: &Place) -> Result<()> {
        let directory = open(place, OFlag::O_RDONLY | OFlag::O_DIRECTORY, path)?;
        let stat = fstat(&directory).named(|| "fstat()".to_owned())?;
        let mut member = self.describe(path, Kind::Directory, &stat);
        member.path.push(b'/');
        member.attributes = attributes(&File::from(directory))?;
        self.tar.header(&member)
    }

    fn other(&mut self, path: &Path, place: &Place) -> Result<()> {
        let stat = place.stat()?;
        match view::kind(&stat) {
            SFlag::S_IFREG => self.file(path, place),
            SFlag::S_IFLNK => {
                let mut member = self.describe(path, Kind::Link, &stat);
                member.target = place.link_target()?.as_bytes().to_vec();
                self.tar.header(&member)
            }
            SFlag::S_IFIFO => {
                let member = self.describe(path, Kind::Pipe, &stat);
                self.tar.header(&member)
            }
            SFlag::S_IFSOCK => Ok(()),
            _ => Err(ArchiveError::NoForm(format!(
                "{} is a device, which no archive of a box holds",
                path.display()
            ))),
        }
    }

    fn file(&mut self, path: &Path, place: &Place) -> Result<()> {
        let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
        let file = File::from(open(place, flags, path)?);
        let stat = fstat(&file).named(|| "fstat()".to_owned())?;
        let mut member = self.describe(path, Kind::File, &stat);
        if stat.st_nlink > 1 {
            let inode = (stat.st_dev, stat.st_ino);
            if let Some(first) = self.linked.get(&inode) {
                member.kind = Kind::HardLink;
                member.target.clone_from(first);
                return self.tar.header(&member);
            }
            self.linked.insert(inode, member.path.clone());
        }
        member.attributes = attributes(&file)?;
        let length = stat.st_size.unsigned_abs();
        let Some(extents) = holes::data(&file, length, self.is_cancelled)? else {
            let all = [Extent { start: 0, length }];
            member.size = length;
            self.tar.header(&member)?;
            return self.content(&file, &all, length);
        };
        let list = holes::list(&extents, length);
        let data: u64 = extents.iter().map(|extent| extent.length).sum();
        member.size = list.len() as u64 + data;
        member.sparse = Some(length);
        self.tar.header(&member)?;
        self.tar.output().write_all(&list)?;
        self.content(&file, &extents, member.size)
    }

    fn content(&mut self, file: &File, extents: &[Extent], size: u64) -> Result<()> {
        for extent in extents {
            let mut piece = Piece {
                file,
                position: extent.start,
                left: extent.length,
            };
            if std::io::copy(&mut piece, self.tar.output())? < extent.length {
                let error = std::io::Error::other("a file became shorter while it was read");
                return Err(error.into());
            }
        }
        self.tar.end_file(size)
    }

    fn describe(&self, path: &Path, kind: Kind, stat: &FileStat) -> Member {
        let in_box = |id: u32| match id.wrapping_sub(self.owner) {
            id @ 0..USERS => u64::from(id),
            _ => u64::from(NOBODY),
        };
        Member {
            kind,
            mode: stat.st_mode & 0o7777,
            user: in_box(stat.st_uid),
            group: in_box(stat.st_gid),
            modified: (
                stat.st_mtime,
                u32::try_from(stat.st_mtime_nsec).unwrap_or(0),
            ),
            ..Member::mark(name_of(path))
        }
    }
}

/// A piece of a file, whose own position stays where it is.
struct Piece<'file> {
    file: &'file File,
    position: u64,
    left: u64,
}

impl Read for Piece<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        use std::os::unix::fs::FileExt;
        let most = usize::try_from(self.left)
            .unwrap_or(usize::MAX)
            .min(buffer.len());
        let buffer = buffer.get_mut(..most).unwrap_or_default();
        let read = self.file.read_at(buffer, self.position)?;
        self.position += read as u64;
        self.left -= read as u64;
        Ok(read)
    }
}

/// As it stands in the archive: relative, and `.` for the root.
fn name_of(path: &Path) -> Vec<u8> {
    match path.strip_prefix("/").unwrap_or(path).as_os_str() {
        root if root.is_empty() => b".".to_vec(),
        name => name.as_bytes().to_vec(),
    }
}

/// The path with something put before its last name.
fn beside(path: &Path, prefix: &[u8]) -> Vec<u8> {
    let name = path.file_name().unwrap_or_default().as_bytes();
    let marked = OsStr::from_bytes(&[prefix, name].concat()).to_owned();
    name_of(&path.with_file_name(marked))
}

/// In an archive such a name would mean a deletion.
fn check_name(name: &OsStr, path: &Path) -> Result<()> {
    if !name.as_bytes().starts_with(WHITEOUT) {
        return Ok(());
    }
    Err(ArchiveError::NoForm(format!(
        "{} can't be exported: in an image layer, names that begin with .wh. stand for deletions; \
         rename it, or remove it and take another snapshot",
        path.display()
    )))
}

/// An ordinary user's server can't read what a box closed to its owner.
fn open(place: &Place, flags: OFlag, path: &Path) -> Result<OwnedFd> {
    place.open(flags).map_err(|error: KernelError| {
        if error.errno == Errno::EACCES {
            return ArchiveError::NoForm(format!(
                "{} can't be exported: its mode keeps this server's user from reading it; change \
                 it, or run the server as root",
                path.display()
            ));
        }
        error.into()
    })
}

fn attributes(file: &File) -> Result<Vec<(Vec<u8>, Vec<u8>)>> {
    let call = || "listxattr()".to_owned();
    let own = OVERLAY_ATTRIBUTES.as_bytes();
    let names = file.list_xattr().named(call)?;
    let mut names: Vec<_> = names
        .filter(|name| {
            let name = name.as_bytes();
            name.starts_with(CARRIED_ATTRIBUTES) && !name.starts_with(own)
        })
        .collect();
    names.sort();
    let mut attributes = Vec::with_capacity(names.len());
    for name in names {
        if let Some(value) = file.get_xattr(&name).named(call)? {
            attributes.push((name.as_bytes().to_vec(), value));
        }
    }
    Ok(attributes)
}
