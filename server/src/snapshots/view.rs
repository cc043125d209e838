//! The tree that a stack of layers makes, seen without mounting it.
//!
//! The same rules as overlayfs: the topmost entry of a name wins, directories merge down to the
//! first opaque one, a whiteout hides what lies below. Every lookup starts at a layer's own
//! directory and follows no link, so a tree that hostile code is writing can't lead elsewhere.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use nix::dir::Dir;
use nix::errno::Errno;
use nix::fcntl::{AtFlags, OFlag};
use nix::sys::stat::{FileStat, SFlag, fstatat};

use crate::linux::{self, Named, open};

/// The longest path that the kernel follows. A box may nest directories deeper, one step after the other, and no
/// other box could be shown those.
pub(super) const LONGEST_PATH: usize = 4095;

/// The attribute with which overlayfs marks a directory that hides what lies below.
pub(super) const OPAQUE: &str = "user.overlay.opaque";

/// The start of the names of all attributes that are overlayfs's own.
pub(super) const OVERLAY_ATTRIBUTES: &str = "user.overlay.";

/// One directory of a stack: a part of a layer, an upper, or a directory of the host.
#[derive(Debug)]
pub(super) struct Floor {
    path: PathBuf,
    directory: OwnedFd,
    /// What is added to the ids of its files: a box sees the host's under others.
    shift: u32,
}

impl Floor {
    pub(super) fn open(path: &Path) -> linux::Result<Arc<Self>> {
        Self::of_host(path, 0)
    }

    /// A directory of the host whose files a box sees under ids that are `shift` higher.
    pub(super) fn of_host(path: &Path, shift: u32) -> linux::Result<Arc<Self>> {
        let directory = open::directory_handle(path)?;
        Ok(Arc::new(Self {
            path: path.to_path_buf(),
            directory,
            shift,
        }))
    }
}

/// Where an entry really lies.
#[derive(Clone, Debug)]
pub(super) struct Place {
    floor: Arc<Floor>,
    /// Relative to the floor; empty for the floor itself.
    path: PathBuf,
}

impl PartialEq for Place {
    fn eq(&self, other: &Self) -> bool {
        self.floor.path == other.floor.path && self.path == other.path
    }
}

impl Place {
    pub(super) fn of(floor: &Arc<Floor>) -> Self {
        Self {
            floor: Arc::clone(floor),
            path: PathBuf::new(),
        }
    }

    /// Its path on the host. Good only for a sealed layer, which nobody changes meanwhile.
    pub(super) fn host_path(&self) -> PathBuf {
        self.floor.path.join(&self.path)
    }

    fn child(&self, name: &OsStr) -> Self {
        Self {
            floor: Arc::clone(&self.floor),
            path: self.path.join(name),
        }
    }

    /// Opens it; a link in any component is an error.
    pub(super) fn open(&self, flags: OFlag) -> linux::Result<OwnedFd> {
        let path = if self.path.as_os_str().is_empty() {
            Path::new(".")
        } else {
            &self.path
        };
        open::open_below(self.floor.directory.as_fd(), path, flags)
    }

    /// Its own metadata: a link's, not its target's. Owners are told as those of a layer.
    pub(super) fn stat(&self) -> linux::Result<FileStat> {
        let handle = self.open(OFlag::O_PATH | OFlag::O_NOFOLLOW)?;
        let mut stat =
            nix::sys::stat::fstat(&handle).named(|| format!("fstat({})", self.path.display()))?;
        stat.st_uid = stat.st_uid.wrapping_add(self.floor.shift);
        stat.st_gid = stat.st_gid.wrapping_add(self.floor.shift);
        Ok(stat)
    }

    /// What a link points to.
    pub(super) fn link_target(&self) -> linux::Result<OsString> {
        let link = self.open(OFlag::O_PATH | OFlag::O_NOFOLLOW)?;
        nix::fcntl::readlinkat(&link, "").named(|| format!("readlink({})", self.path.display()))
    }

    fn is_opaque(&self) -> bool {
        self.open(OFlag::O_RDONLY | OFlag::O_DIRECTORY)
            .is_ok_and(|directory| attribute(&directory, OPAQUE).is_some_and(|value| value == b"y"))
    }
}

/// The value of an attribute of an open file.
pub(super) fn attribute(file: &OwnedFd, name: &str) -> Option<Vec<u8>> {
    use xattr::FileExt;
    let file = std::fs::File::from(file.try_clone().ok()?);
    file.get_xattr(name).ok()?
}

/// What a name stands for in the tree.
#[derive(Clone, Debug)]
pub(super) enum Node {
    /// Nothing, and nothing of what lies below the stack either.
    Removed,
    /// A directory, merged from these, topmost first. Opaque: nothing below the stack shows.
    Directory { places: Vec<Place>, opaque: bool },
    /// A file, link, pipe or socket.
    Other(Place),
}

/// The root of a stack, topmost first.
pub(super) fn root(floors: &[Arc<Floor>]) -> Node {
    Node::Directory {
        places: floors.iter().map(Place::of).collect(),
        opaque: false,
    }
}

/// The entries of a merged directory.
pub(super) fn children(places: &[Place]) -> linux::Result<BTreeMap<OsString, Node>> {
    Ok(children_up_to(usize::MAX, places)?.unwrap_or_default())
}

/// The same; `None`, without reading on, when there are more than `most`. Whiteouts count, too.
pub(super) fn children_up_to(
    most: usize,
    places: &[Place],
) -> linux::Result<Option<BTreeMap<OsString, Node>>> {
    let mut merged: BTreeMap<OsString, Merging> = BTreeMap::new();
    for place in places {
        let Some(entries) = entries(place, most)? else {
            return Ok(None);
        };
        for (name, stat) in entries {
            let entry = place.child(&name);
            match merged.get_mut(&name) {
                None => {
                    merged.insert(name, Merging::topmost(entry, &stat));
                }
                Some(above) => above.join(entry, &stat),
            }
        }
        if merged.len() > most {
            return Ok(None);
        }
    }
    let nodes = merged.into_iter();
    Ok(Some(
        nodes.map(|(name, merging)| (name, merging.node)).collect(),
    ))
}

/// One entry of a merged directory.
pub(super) fn child(places: &[Place], name: &OsStr) -> linux::Result<Option<Node>> {
    let mut merging: Option<Merging> = None;
    for place in places {
        let entry = place.child(name);
        let stat = match entry.stat() {
            Err(error) if error.errno == Errno::ENOENT => continue,
            stat => stat?,
        };
        match &mut merging {
            None => merging = Some(Merging::topmost(entry, &stat)),
            Some(above) => above.join(entry, &stat),
        }
    }
    Ok(merging.map(|merging| merging.node))
}

/// A node while lower layers may still add to it.
struct Merging {
    node: Node,
    open: bool,
}

impl Merging {
    fn topmost(place: Place, stat: &FileStat) -> Self {
        if is_whiteout(stat) {
            return Self {
                node: Node::Removed,
                open: false,
            };
        }
        if kind(stat) != SFlag::S_IFDIR {
            return Self {
                node: Node::Other(place),
                open: false,
            };
        }
        let opaque = place.is_opaque();
        Self {
            node: Node::Directory {
                places: vec![place],
                opaque,
            },
            open: !opaque,
        }
    }

    fn join(&mut self, place: Place, stat: &FileStat) {
        let Node::Directory { places, opaque } = &mut self.node else {
            return;
        };
        if !self.open {
            return;
        }
        if kind(stat) == SFlag::S_IFDIR {
            self.open = !place.is_opaque();
            *opaque = !self.open;
            places.push(place);
        } else {
            // What is not a directory ends the merge, and hides what lies below itself.
            (self.open, *opaque) = (false, true);
        }
    }
}

/// `None` when there are more than `most`.
fn entries(place: &Place, most: usize) -> linux::Result<Option<Vec<(OsString, FileStat)>>> {
    use std::os::unix::ffi::OsStringExt;
    let call = || format!("readdir({})", place.path.display());
    let handle = place.open(OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
    let mut directory = Dir::from_fd(handle).named(call)?;
    let mut names = Vec::new();
    for entry in directory.iter() {
        let name = entry.named(call)?.file_name().to_bytes().to_vec();
        if name == b"." || name == b".." {
            continue;
        }
        if names.len() == most {
            return Ok(None);
        }
        names.push(OsString::from_vec(name));
    }
    let mut entries = Vec::with_capacity(names.len());
    for name in names {
        match fstatat(&directory, name.as_os_str(), AtFlags::AT_SYMLINK_NOFOLLOW) {
            Ok(stat) => entries.push((name, stat)),
            // Only a box that is running removes entries meanwhile.
            Err(Errno::ENOENT) => {}
            Err(errno) => return Err(errno).named(call),
        }
    }
    Ok(Some(entries))
}

/// The kind of a file.
pub(super) fn kind(stat: &FileStat) -> SFlag {
    SFlag::from_bits_truncate(stat.st_mode) & SFlag::S_IFMT
}

/// Whether overlayfs takes it as "nothing is here".
pub(super) fn is_whiteout(stat: &FileStat) -> bool {
    kind(stat) == SFlag::S_IFCHR && stat.st_rdev == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_entries_than_asked_for_are_none() {
        let layers = [["a", "b"], ["b", "c"]].map(|names| {
            let layer = tempfile::tempdir().unwrap();
            for name in names {
                std::fs::write(layer.path().join(name), name).unwrap();
            }
            layer
        });
        let places = layers
            .iter()
            .map(|layer| Place::of(&Floor::open(layer.path()).unwrap()));
        let places: Vec<Place> = places.collect();
        let count = |most| {
            children_up_to(most, &places)
                .unwrap()
                .map(|found| found.len())
        };
        assert_eq!(count(3), Some(3));
        // Neither layer alone has more.
        assert_eq!(count(2), None);
        assert_eq!(count(1), None);
    }
}
