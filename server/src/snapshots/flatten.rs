//! Merges a stack of layers into one that looks the same on top of the same image.
//!
//! Files are linked, not copied: layers are never written again, so both may share them. Only
//! directories and whiteouts are made anew. Where a link can't be, between subvolumes of btrfs and
//! beyond the most links that a file may have, the file is copied, sharing its data.
//!
//! A whiteout is made only where the image has something to hide. In a directory that is not merged
//! with one below, overlayfs lists whiteouts as if they were files.

use std::collections::HashMap;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::{AT_FDCWD, AtFlags, OFlag};
use nix::sys::stat::{Mode, SFlag, fstat, mknodat};
use nix::unistd::linkat;
use xattr::FileExt;

use super::bases::DiskChain;
use super::box_root::Job;
use super::copy;
use super::error::{LayerError, On};
use super::layer_store::LayerStore;
use super::view::{self, Floor, Node, OPAQUE, OVERLAY_ATTRIBUTES, Place};
use crate::linux::{self, Named, open};
use crate::sandbox::Lower;

/// A merged layer that is not finished; no box has an id that begins so.
const FLATTEN_PREFIX: &str = "flatten-";

impl LayerStore {
    /// Merges the layers of `chain` into one that looks the same.
    ///
    /// # Errors
    /// When a directory can't be read or written; nothing is left of the new layer then.
    pub fn flatten(&self, chain: &DiskChain, layer_id: &str) -> Result<(), LayerError> {
        let unfinished = self.layers().join(format!("{FLATTEN_PREFIX}{layer_id}"));
        let merged = self.flatten_into(chain, &unfinished);
        if merged.is_err() {
            self.trash().take(&unfinished)?;
        }
        merged?;
        let layer = self.layer(layer_id);
        fs::rename(&unfinished, &layer).on("flatten into", &layer)
    }

    fn flatten_into(&self, chain: &DiskChain, target: &Path) -> Result<(), LayerError> {
        let base = self.bases().get(chain.image.as_deref())?;
        self.places().make(target)?;
        for part in &base.parts {
            let stack: Vec<PathBuf> = self.layers_of(part, &chain.layers).collect();
            if !stack.is_empty() {
                let target = target.join(&part.name);
                fs::create_dir(&target).on("create", &target)?;
                let image = part.lowers.iter().map(|lower| match lower {
                    Lower::Layer(path) | Lower::Host(path) => path.clone(),
                });
                let image: Vec<PathBuf> = image.collect();
                self.merge(stack, image, &target)?;
            }
        }
        Ok(())
    }

    fn merge(
        &self,
        stack: Vec<PathBuf>,
        image: Vec<PathBuf>,
        target: &Path,
    ) -> Result<(), LayerError> {
        match flatten(&stack, &image, target) {
            Err(refused) if self.box_root().may(&refused) => {}
            merged => return Ok(merged?),
        }
        self.trash().take(target)?;
        fs::create_dir(target).on("create", target)?;
        let target = target.to_path_buf();
        let job = Job::Merge {
            stack,
            image,
            target,
        };
        Ok(self.box_root().begin(&job).map(drop)?)
    }
}

/// Merges `stack` (directories, topmost first) into `target`, an empty directory. `image` is what
/// stays below, topmost first.
pub(super) fn flatten(stack: &[PathBuf], image: &[PathBuf], target: &Path) -> linux::Result<()> {
    let (stack, image) = (root(stack)?, root(image)?);
    let Node::Directory { places, opaque } = stack else {
        return Ok(());
    };
    let below = directory_below(Some(image), opaque);
    let target = open::directory(target)?;
    let mut merge = Merge {
        root: &target,
        copied: HashMap::new(),
    };
    merge.fill(&places, opaque, &below, &target, Path::new(""))
}

/// One merge.
struct Merge<'target> {
    root: &'target OwnedFd,
    /// The first name of each copied file that has several, by filesystem and inode.
    copied: HashMap<(u64, u64), PathBuf>,
}

fn root(directories: &[PathBuf]) -> linux::Result<Node> {
    let floors = directories.iter().map(|path| Floor::open(path));
    Ok(view::root(&floors.collect::<Result<Vec<_>, _>>()?))
}

/// What a directory is merged with: nothing when it is opaque, or no directory is there.
fn directory_below(node: Option<Node>, opaque: bool) -> Vec<Place> {
    match node {
        Some(Node::Directory { places, .. }) if !opaque => places,
        _ => Vec::new(),
    }
}

impl Merge<'_> {
    /// Fills a directory, then makes it look like the topmost of those it is merged from.
    fn fill(
        &mut self,
        places: &[Place],
        opaque: bool,
        below: &[Place],
        target: &OwnedFd,
        path: &Path,
    ) -> linux::Result<()> {
        for (name, node) in view::children(places)? {
            match node {
                Node::Removed => {
                    if view::child(below, &name)?.is_some() {
                        whiteout(target, &name)?;
                    }
                }
                Node::Other(place) => self.link(&place, target, &path.join(&name))?,
                Node::Directory { places, opaque } => {
                    copy::make_directory(target, &name)?;
                    let made = copy::open_directory(target, &name)?
                        .ok_or(Errno::ENOENT)
                        .named(|| format!("open({})", name.display()))?;
                    let below = directory_below(view::child(below, &name)?, opaque);
                    self.fill(&places, opaque, &below, &made, &path.join(&name))?;
                }
            }
        }
        match places.first() {
            Some(topmost) => dress(topmost, opaque, target),
            None => Ok(()),
        }
    }

    /// `path` is the file's place under the root of the merge, `target` the directory of it.
    fn link(&mut self, place: &Place, target: &OwnedFd, path: &Path) -> linux::Result<()> {
        let call = || format!("link({})", place.host_path().display());
        let name = path.file_name().unwrap_or_default();
        let linked = linkat(AT_FDCWD, &place.host_path(), target, name, AtFlags::empty());
        if !matches!(linked, Err(Errno::EXDEV | Errno::EMLINK)) {
            return linked.named(call);
        }
        let stat = place.stat()?;
        let inode = (stat.st_dev, stat.st_ino);
        if let Some(first) = self.copied.get(&inode) {
            return linkat(self.root, first, target, name, AtFlags::empty()).named(call);
        }
        let above = place.host_path();
        let above = open::directory(above.parent().unwrap_or(Path::new("/")))?;
        if !copy::entry(&above, target, name, &stat, true)? {
            return Err(Errno::ENOENT).named(call);
        }
        if stat.st_nlink > 1 {
            self.copied.insert(inode, path.to_path_buf());
        }
        Ok(())
    }
}

fn whiteout(target: &OwnedFd, name: &OsStr) -> linux::Result<()> {
    mknodat(target, name, SFlag::S_IFCHR, Mode::empty(), 0)
        .named(|| format!("mknod({}, whiteout)", name.display()))
}

/// Makes a merged directory look like the topmost of those it is merged from.
fn dress(like: &Place, opaque: bool, target: &OwnedFd) -> linux::Result<()> {
    let call = || format!("copy metadata({})", like.host_path().display());
    let source = like.open(OFlag::O_RDONLY | OFlag::O_DIRECTORY)?;
    if opaque {
        File::from(target.try_clone().named(call)?)
            .set_xattr(OPAQUE, b"y")
            .named(call)?;
    }
    let stat = fstat(&source).named(call)?;
    let own = |name: &OsStr| name.to_string_lossy().starts_with(OVERLAY_ATTRIBUTES);
    copy::look_like(&source, target, &stat, |name| !own(name)).named(call)
}
