//! A whole file tree as a box would see it, read without starting one.

use std::collections::VecDeque;
use std::ffi::OsString;
use std::fs::File;
use std::ops::ControlFlow;
use std::path::{Component, Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{FileStat, SFlag};

use super::diff::{self, Change};
use super::view::{self, Node, Place};
use crate::linux::{self, KernelError, Named};

/// As many as the kernel follows.
const MOST_LINKS: usize = 40;

/// The tree of a snapshot, or of a box as it is now.
#[derive(Debug)]
pub struct Tree {
    /// Where each part is mounted, and its root; the root of the tree first.
    parts: Vec<(PathBuf, Node)>,
}

/// An entry of a tree.
#[derive(Debug)]
pub struct TreeEntry {
    /// The last component of its path.
    pub name: OsString,
    /// Its own metadata: a link's, not its target's.
    pub stat: FileStat,
}

impl Tree {
    pub(super) fn new(parts: Vec<(PathBuf, Node)>) -> Self {
        Self { parts }
    }

    /// Tells what differs in `after`, in the order of paths, until `visit` ends it.
    ///
    /// # Errors
    /// When a directory or file can't be read.
    pub fn diff(
        &self,
        after: &Self,
        visit: &mut dyn FnMut(Change) -> ControlFlow<()>,
    ) -> linux::Result<()> {
        for (target, before) in &self.parts {
            let other = after.parts.iter().find(|(path, _)| path == target);
            let after = other.map(|(_, node)| node);
            if diff::compare(target, Some(before), after, visit)?.is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Opens the regular file at `path`, following links.
    ///
    /// # Errors
    /// ENOENT, ENOTDIR, EISDIR, ELOOP as the kernel would say; EINVAL for what is not a file.
    pub fn open(&self, path: &Path) -> linux::Result<File> {
        let refused = |errno| {
            Err(KernelError {
                call: format!("open({})", path.display()),
                errno,
            })
        };
        match self.find(path)? {
            Node::Directory { .. } => refused(Errno::EISDIR),
            Node::Removed => refused(Errno::ENOENT),
            Node::Other(place) if view::kind(&place.stat()?) != SFlag::S_IFREG => {
                refused(Errno::EINVAL)
            }
            Node::Other(place) => {
                let flags = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
                place.open(flags).map(File::from)
            }
        }
    }

    /// The entries of the directory at `path`, by name. `None`: its layers list more than `most`.
    ///
    /// # Errors
    /// ENOENT, ENOTDIR, ELOOP as the kernel would say.
    pub fn list(&self, path: &Path, most: usize) -> linux::Result<Option<Vec<TreeEntry>>> {
        let Node::Directory { places, .. } = self.find(path)? else {
            return Err(Errno::ENOTDIR).named(|| format!("list({})", path.display()));
        };
        let Some(children) = view::children_up_to(most, &places)? else {
            return Ok(None);
        };
        let mut entries = Vec::new();
        for (name, node) in children {
            let place = match &node {
                Node::Removed => continue,
                Node::Other(place) => Some(place),
                Node::Directory { places, .. } => places.first(),
            };
            if let Some(place) = place {
                entries.push(TreeEntry {
                    name,
                    stat: place.stat()?,
                });
            }
        }
        Ok(Some(entries))
    }

    /// The node at `path`, links followed.
    fn find(&self, path: &Path) -> linux::Result<Node> {
        let call = || format!("find({})", path.display());
        let mut found = PathBuf::from("/");
        let mut node = self.at_mount(&found).ok_or(Errno::ENOENT).named(call)?;
        let mut ahead: VecDeque<OsString> = components(path).collect();
        let mut links = 0;
        while let Some(name) = ahead.pop_front() {
            if name == ".." {
                found.pop();
                node = self.walk(&found)?;
                continue;
            }
            let next = self
                .step(&node, &found, &name)?
                .ok_or(Errno::ENOENT)
                .named(call)?;
            match link_target(&next)? {
                None => {
                    found.push(&name);
                    node = next;
                }
                Some(_) if links == MOST_LINKS => return Err(Errno::ELOOP).named(call),
                Some(target) => {
                    links += 1;
                    let target = PathBuf::from(target);
                    if target.is_absolute() {
                        found = PathBuf::from("/");
                        node = self.walk(&found)?;
                    }
                    for component in components(&target).collect::<Vec<_>>().into_iter().rev() {
                        ahead.push_front(component);
                    }
                }
            }
        }
        Ok(node)
    }

    /// The node at a path that is known to hold no links.
    fn walk(&self, path: &Path) -> linux::Result<Node> {
        let call = || format!("find({})", path.display());
        let mut found = PathBuf::from("/");
        let mut node = self.at_mount(&found).ok_or(Errno::ENOENT).named(call)?;
        for name in components(path) {
            node = self
                .step(&node, &found, &name)?
                .ok_or(Errno::ENOENT)
                .named(call)?;
            found.push(&name);
        }
        Ok(node)
    }

    fn step(&self, node: &Node, path: &Path, name: &OsString) -> linux::Result<Option<Node>> {
        if let Some(mounted) = self.at_mount(&path.join(name)) {
            return Ok(Some(mounted));
        }
        match node {
            Node::Directory { places, .. } => {
                let child = view::child(places, name)?;
                Ok(child.filter(|node| !matches!(node, Node::Removed)))
            }
            _ => Err(Errno::ENOTDIR).named(|| format!("find({})", path.display())),
        }
    }

    fn at_mount(&self, path: &Path) -> Option<Node> {
        let part = self.parts.iter().find(|(target, _)| target == path);
        part.map(|(_, node)| node.clone())
    }
}

fn link_target(node: &Node) -> linux::Result<Option<OsString>> {
    match node {
        Node::Other(place) if is_link(place)? => place.link_target().map(Some),
        _ => Ok(None),
    }
}

fn is_link(place: &Place) -> linux::Result<bool> {
    Ok(view::kind(&place.stat()?) == SFlag::S_IFLNK)
}

/// The names of a path; `.` means nothing, `..` stays.
fn components(path: &Path) -> impl Iterator<Item = OsString> {
    path.components().filter_map(|component| match component {
        Component::Normal(name) => Some(name.to_owned()),
        Component::ParentDir => Some("..".into()),
        Component::RootDir | Component::CurDir | Component::Prefix(_) => None,
    })
}
