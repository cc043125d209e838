//! One number for all that a stack of layers holds.
//!
//! SHA-256 over a walk in the order of names. Each entry counts with its path, kind, mode, owner as the
//! box sees it, and by its kind: the content of a file, the target of a link, what a directory hides;
//! then its extended attributes. Times don't count. Every text goes in with its length before it, so
//! that no two trees make the same bytes. Merging layers does not change the number.

use std::ffi::OsStr;
use std::fs::File;
use std::io::{self, Read};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{FileStat, SFlag};
use sha2::{Digest as _, Sha256};
use xattr::FileExt;

use super::view::{self, Node, OVERLAY_ATTRIBUTES, Place};
use crate::linux::{self, KernelError, Named};

const BLOCK: usize = 128 * 1024;

/// What was found of a stack.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LayersDigest {
    /// `sha256:` and 64 hexadecimal digits.
    pub digest: String,
    /// Entries that are not directories.
    pub files: u64,
    /// Bytes of regular files.
    pub bytes: u64,
}

/// A walk over one part after the other.
pub(super) struct Walk<'walk> {
    hash: Sha256,
    files: u64,
    bytes: u64,
    /// The host's user that is the box's root.
    owner: u32,
    is_cancelled: &'walk dyn Fn() -> bool,
}

impl<'walk> Walk<'walk> {
    pub(super) fn new(owner: u32, is_cancelled: &'walk dyn Fn() -> bool) -> Self {
        Self {
            hash: Sha256::new(),
            files: 0,
            bytes: 0,
            owner,
            is_cancelled,
        }
    }

    pub(super) fn finish(self) -> LayersDigest {
        let digits: String = self
            .hash
            .finalize()
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect();
        LayersDigest {
            digest: format!("sha256:{digits}"),
            files: self.files,
            bytes: self.bytes,
        }
    }

    /// Takes in what stands at `path`.
    pub(super) fn node(&mut self, path: &Path, node: &Node) -> linux::Result<()> {
        if (self.is_cancelled)() {
            return Err(cancelled());
        }
        self.text(path.as_os_str().as_bytes());
        match node {
            Node::Removed => {
                self.hash.update(b"removed");
                Ok(())
            }
            Node::Other(place) => {
                self.files += 1;
                self.other(place)
            }
            Node::Directory { places, opaque } => {
                self.hash.update([b'd', u8::from(*opaque)]);
                if let Some(topmost) = places.first() {
                    self.metadata(&topmost.stat()?);
                    let directory = topmost.open(OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
                    self.attributes(&File::from(directory))?;
                }
                for (name, child) in view::children(places)? {
                    self.node(&path.join(name), &child)?;
                }
                Ok(())
            }
        }
    }

    fn other(&mut self, place: &Place) -> linux::Result<()> {
        let stat = place.stat()?;
        self.metadata(&stat);
        match view::kind(&stat) {
            SFlag::S_IFREG => {
                let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
                let file = File::from(place.open(flags)?);
                self.content(&file, &stat)?;
                self.attributes(&file)
            }
            SFlag::S_IFLNK => {
                self.text(place.link_target()?.as_bytes());
                Ok(())
            }
            _ => {
                self.hash.update(stat.st_rdev.to_le_bytes());
                Ok(())
            }
        }
    }

    fn metadata(&mut self, stat: &FileStat) {
        self.hash.update(stat.st_mode.to_le_bytes());
        for id in [stat.st_uid, stat.st_gid] {
            self.hash.update(id.wrapping_sub(self.owner).to_le_bytes());
        }
    }

    fn content(&mut self, mut file: &File, stat: &FileStat) -> linux::Result<()> {
        let size = stat.st_size.unsigned_abs();
        self.hash.update(size.to_le_bytes());
        self.bytes += size;
        let mut buffer = vec![0; BLOCK.min(usize::try_from(size).unwrap_or(BLOCK).max(1))];
        loop {
            if (self.is_cancelled)() {
                return Err(cancelled());
            }
            let read = match file.read(&mut buffer) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
                read => read.named(|| "read()".into())?,
            };
            match buffer.get(..read) {
                None | Some([]) => return Ok(()),
                Some(bytes) => self.hash.update(bytes),
            }
        }
    }

    fn attributes(&mut self, file: &File) -> linux::Result<()> {
        let call = || "listxattr()".to_owned();
        let own = |name: &OsStr| name.as_bytes().starts_with(OVERLAY_ATTRIBUTES.as_bytes());
        let names = file.list_xattr().named(call)?;
        let mut names: Vec<_> = names.filter(|name| !own(name)).collect();
        names.sort();
        self.hash.update((names.len() as u64).to_le_bytes());
        for name in names {
            let value = file.get_xattr(&name).named(call)?.unwrap_or_default();
            self.text(name.as_bytes());
            self.text(&value);
        }
        Ok(())
    }

    fn text(&mut self, text: &[u8]) {
        self.hash.update((text.len() as u64).to_le_bytes());
        self.hash.update(text);
    }
}

fn cancelled() -> KernelError {
    KernelError {
        call: "verify".to_owned(),
        errno: Errno::ECANCELED,
    }
}
