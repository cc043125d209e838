//! Turns the tar file of a strange image's layer into a layer.
//!
//! Every directory is opened below the layer's own with all links refused, nothing that exists is
//! ever opened for writing, and a link's target is text and nothing else. So nothing can be written
//! elsewhere, whatever the archive says.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsStr;
use std::fs;
use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::unistd::linkat;

use super::error::ArchiveError;
use super::limits::Limits;
use super::member::{Kind, Member};
use super::staging::Unpacked;
use super::tar_reader::TarReader;
use super::unpack_entry::{Looks, dress, make, mark_opaque, remove_other, whiteout};
use super::{OPAQUE_MARK, WHITEOUT};
use crate::linux::open::open_below;
use crate::linux::{self, Named, open};
use crate::sandbox::Lower;
use crate::snapshots::copy;
use crate::snapshots::error::On;
use crate::snapshots::image::Part;
use crate::snapshots::view::{self, Floor, LONGEST_PATH, Node, Place};

/// As long as the kernel takes.
const LONGEST_NAME: usize = 255;
const DEEPEST: usize = 1000;

type Result<T> = std::result::Result<T, ArchiveError>;

/// What lies under a layer: those before it, and the image.
pub(in crate::snapshots) struct Below<'all> {
    parts: &'all [Part],
    /// Bottom first.
    layers: Vec<PathBuf>,
}

impl<'all> Below<'all> {
    pub(in crate::snapshots) const fn new(parts: &'all [Part], layers: Vec<PathBuf>) -> Self {
        Self { parts, layers }
    }

    /// What stands at a path of a part, in the layers and perhaps in the image.
    fn find(&self, part: usize, path: &Path, with_image: bool) -> linux::Result<Option<Node>> {
        let Some(part) = self.parts.get(part) else {
            return Ok(None);
        };
        let layers = self.layers.iter().rev().map(|layer| layer.join(&part.name));
        let image = part.lowers.iter().filter(|_| with_image);
        let image = image.map(|lower| match lower {
            Lower::Layer(path) | Lower::Host(path) => path.clone(),
        });
        let floors = layers.filter(|path| path.is_dir()).chain(image);
        let floors: Vec<Arc<Floor>> = floors
            .map(|path| Floor::open(&path))
            .collect::<linux::Result<_>>()?;
        let mut node = view::root(&floors);
        for name in path.iter() {
            let Node::Directory { places, .. } = &node else {
                return Ok(None);
            };
            match view::child(places, name)? {
                Some(child) => node = child,
                None => return Ok(None),
            }
        }
        Ok(Some(node))
    }
}

/// A place in the layer: the part, and the path in it.
type Spot = (usize, PathBuf);

/// Fills one layer.
pub(in crate::snapshots) struct Unpacker<'all> {
    parts: &'all [Part],
    /// Who is the box's root; `None` where files belong to this process anyway.
    owner: Option<u32>,
    target: &'all Path,
    below: Below<'all>,
    is_cancelled: &'all dyn Fn() -> bool,
    roots: BTreeMap<usize, OwnedFd>,
    /// Directories, and how they are to look in the end: `None` for one that was only implied.
    directories: BTreeMap<Spot, Option<Looks>>,
    /// Where deletions are told of before or after what is put in their place.
    removed: BTreeSet<Spot>,
    /// The directory of the last entry.
    latest: Option<(Spot, OwnedFd)>,
    is_completed: bool,
}

impl<'all> Unpacker<'all> {
    pub(in crate::snapshots) const fn new(
        parts: &'all [Part],
        owner: Option<u32>,
        target: &'all Path,
        below: Below<'all>,
        is_cancelled: &'all dyn Fn() -> bool,
    ) -> Self {
        Self {
            parts,
            owner,
            target,
            below,
            is_cancelled,
            roots: BTreeMap::new(),
            directories: BTreeMap::new(),
            removed: BTreeSet::new(),
            latest: None,
            is_completed: false,
        }
    }

    /// Reads the tar file to its very end.
    pub(in crate::snapshots) fn unpack(
        mut self,
        mut tar: TarReader<impl Read>,
        limits: &mut Limits,
    ) -> Result<Unpacked> {
        while let Some(member) = tar.next()? {
            if (self.is_cancelled)() {
                return Err(ArchiveError::Cancelled);
            }
            limits.count_entry()?;
            self.member(&member, &mut tar)?;
        }
        tar.finish()?;
        if self.directories.is_empty() {
            return Ok(Unpacked::Nothing);
        }
        self.latest = None;
        self.finish_directories()?;
        Ok(match self.is_completed {
            true => Unpacked::Completed,
            false => Unpacked::Whole,
        })
    }

    fn member(&mut self, member: &Member, data: &mut dyn Read) -> Result<()> {
        let path = safe_path(&member.path)?;
        let name = path.file_name().unwrap_or_default().to_owned();
        if name.as_bytes() == OPAQUE_MARK {
            return self.opaque(path.parent().unwrap_or(Path::new("")));
        }
        if let Some(hidden) = name.as_bytes().strip_prefix(WHITEOUT) {
            if hidden.is_empty()
                || hidden.starts_with(WHITEOUT)
                || hidden == b"."
                || hidden == b".."
            {
                return Err(refused(&path, "is a mark of a kind that can't be read"));
            }
            return self.whiteout(&path.with_file_name(OsStr::from_bytes(hidden)));
        }
        if member.kind == Kind::Directory {
            let spot = self.spot(&path);
            self.directory(&spot)?;
            self.directories.insert(spot, Some(Looks::of(member)?));
            return Ok(());
        }
        let (_, directory) = self.place(&path)?;
        remove_other(&directory, &name, &path)?;
        if member.kind == Kind::HardLink {
            return self.hard_link(&safe_path(&member.target)?, &directory, &name, &path);
        }
        make(member, &directory, &name, self.owner, data)
    }

    /// The part and place of a path.
    fn spot(&self, path: &Path) -> Spot {
        let in_box = Path::new("/").join(path);
        let parts = self.parts.iter().enumerate();
        let under = parts.filter(|(_, part)| in_box.starts_with(&part.target));
        let (number, target) = under
            .map(|(number, part)| (number, part.target.as_path()))
            .max_by_key(|(_, target)| target.as_os_str().len())
            .unwrap_or((0, Path::new("/")));
        let inside = in_box.strip_prefix(target).unwrap_or(path);
        (number, inside.to_path_buf())
    }

    /// The place of an entry that is not a directory, and the directory it is to be in.
    fn place(&mut self, path: &Path) -> Result<(Spot, OwnedFd)> {
        let (part, inside) = self.spot(path);
        let Some(parent) = inside.parent() else {
            return Err(refused(path, "must be a directory"));
        };
        let parent = (part, parent.to_path_buf());
        let directory = self.directory(&parent)?;
        Ok(((part, inside), directory))
    }

    /// Opens a directory of the layer, and makes it first if it is not there.
    fn directory(&mut self, spot: &Spot) -> Result<OwnedFd> {
        let again = |directory: &OwnedFd| directory.try_clone().named(|| "dup()".to_owned());
        if let Some((latest, directory)) = &self.latest
            && latest == spot
        {
            return Ok(again(directory)?);
        }
        let (part, path) = spot;
        let root = self.root(*part)?;
        let directory = match open_in(&root, path) {
            Err(error) if self.is_free(error.errno, spot) => {
                let parent = path.parent().unwrap_or(Path::new("")).to_path_buf();
                let above = self.directory(&(*part, parent))?;
                let name = path.file_name().unwrap_or_default();
                remove_other(&above, name, path)?;
                copy::make_directory(&above, name)?;
                self.directories.entry(spot.clone()).or_default();
                open_in(&root, path)?
            }
            Err(error) if matches!(error.errno, Errno::ELOOP | Errno::ENOTDIR) => {
                return Err(refused(path, "lies under something that is no directory"));
            }
            opened => opened?,
        };
        self.latest = Some((spot.clone(), again(&directory)?));
        Ok(directory)
    }

    /// Whether a directory that can't be opened may be made: nothing is there, or only what tells
    /// that it takes the place of something.
    fn is_free(&self, errno: Errno, spot: &Spot) -> bool {
        errno == Errno::ENOENT || (errno == Errno::ENOTDIR && self.removed.contains(spot))
    }

    /// The directory of a part, made when it is first needed.
    fn root(&mut self, part: usize) -> Result<OwnedFd> {
        if let Some(root) = self.roots.get(&part) {
            return Ok(root.try_clone().named(|| "dup()".to_owned())?);
        }
        let name = self.parts.get(part).map_or("root", |part| &part.name);
        let path = self.target.join(name);
        fs::create_dir(&path).on("create", &path)?;
        let root = open::directory(&path)?;
        let again = root.try_clone().named(|| "dup()".to_owned())?;
        self.roots.insert(part, root);
        self.directories.entry((part, PathBuf::new())).or_default();
        Ok(again)
    }

    /// Nothing of what lies below a directory is to show.
    fn opaque(&mut self, path: &Path) -> Result<()> {
        let spot = self.spot(path);
        if spot.1.as_os_str().is_empty() {
            return Err(refused(
                path,
                "can't be emptied: the image of this server is mounted there",
            ));
        }
        mark_opaque(&self.directory(&spot)?)
    }

    /// Nothing of what lies below is to show at this path.
    fn whiteout(&mut self, path: &Path) -> Result<()> {
        let name = path.file_name().unwrap_or_default().to_owned();
        let (spot, directory) = self.place(path)?;
        self.removed.insert(spot);
        whiteout(&directory, &name)
    }

    /// The target is looked for in this layer, and then in those below it.
    fn hard_link(
        &mut self,
        target: &Path,
        directory: &OwnedFd,
        name: &OsStr,
        path: &Path,
    ) -> Result<()> {
        let (part, inside) = self.spot(target);
        let root = self.root(part)?;
        let parent = inside.parent().unwrap_or(Path::new(""));
        let target_name = inside.file_name().unwrap_or_default();
        if let Ok(above) = open_in(&root, parent)
            && super::unpack_entry::link(&above, target_name, directory, name)?
        {
            return Ok(());
        }
        let found = self.below.find(part, &inside, false)?;
        if let Some(Node::Other(place)) = found {
            self.is_completed = true;
            let call = || format!("link({})", place.host_path().display());
            let flags = AtFlags::empty();
            linkat(AT_FDCWD, &place.host_path(), directory, name, flags).named(call)?;
            return Ok(());
        }
        Err(refused(
            path,
            "is a hard link to something that neither its layer nor those below it hold",
        ))
    }

    /// From the inside out, because the looks of a directory may close it.
    fn finish_directories(&mut self) -> Result<()> {
        let directories = std::mem::take(&mut self.directories);
        for ((part, path), looks) in directories.into_iter().rev() {
            let root = self.root(part)?;
            let directory = open_in(&root, &path)?;
            if self.removed.contains(&(part, path.clone())) {
                mark_opaque(&directory)?;
            }
            match looks {
                Some(looks) => dress(&directory, &looks, self.owner)?,
                None => {
                    self.is_completed = true;
                    self.dress_like_below(part, &path, &directory)?;
                }
            }
        }
        Ok(())
    }

    /// A directory that the archive only passes through looks as it did before.
    fn dress_like_below(&self, part: usize, path: &Path, directory: &OwnedFd) -> Result<()> {
        let looks = match self.below.find(part, path, true)? {
            Some(Node::Directory { places, .. }) => places.first().map(Place::stat).transpose()?,
            _ => None,
        };
        let looks = looks.map_or(Looks::PLAIN, |stat| Looks::of_stat(&stat, self.owner));
        dress(directory, &looks, self.owner)
    }
}

fn open_in(root: &OwnedFd, path: &Path) -> linux::Result<OwnedFd> {
    let path = match path.as_os_str().is_empty() {
        true => Path::new("."),
        false => path,
    };
    open_below(root.as_fd(), path, OFlag::O_RDONLY | OFlag::O_DIRECTORY)
}

/// A relative path without `..`; empty for the root.
fn safe_path(bytes: &[u8]) -> Result<PathBuf> {
    let shown = PathBuf::from(OsStr::from_bytes(bytes.get(..200).unwrap_or(bytes)));
    if bytes.is_empty() || bytes.contains(&0) {
        return Err(refused(&shown, "is no path"));
    }
    if bytes.len() > LONGEST_PATH {
        return Err(refused(&shown, "begins a path that is too long"));
    }
    let mut path = PathBuf::new();
    for component in Path::new(OsStr::from_bytes(bytes)).components() {
        match component {
            Component::CurDir => {}
            Component::Normal(name) if name.len() <= LONGEST_NAME => path.push(name),
            Component::Normal(_) => return Err(refused(&shown, "has a name that is too long")),
            Component::ParentDir => return Err(refused(&shown, "leads out of the archive by ..")),
            Component::RootDir | Component::Prefix(_) => {
                return Err(refused(&shown, "is an absolute path"));
            }
        }
    }
    if path.components().count() > DEEPEST {
        return Err(refused(&shown, "begins a path that is too deep"));
    }
    Ok(path)
}

fn refused(path: &Path, what: &str) -> ArchiveError {
    ArchiveError::refused(format!("{:?} {what}", path.display().to_string()))
}
