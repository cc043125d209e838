//! The plain model: a file tree in memory that follows the same rules as the box's.
//!
//! One rule is overlayfs's own: several names of one file that lie in a sealed layer come apart when
//! the file is changed through one of them, because only that name is copied up.

use std::collections::BTreeMap;

use crate::operation::Operation;

/// A path below one of the two roots, which are `0` and `1`.
pub(crate) type Path = Vec<u8>;

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Kind {
    File(Vec<u8>),
    Directory,
    Link(Vec<u8>),
    Pipe,
}

#[derive(Clone, Debug)]
pub(crate) struct Node {
    pub(crate) kind: Kind,
    /// Permission bits alone.
    pub(crate) mode: u32,
    /// `None` after a change, until the box was asked.
    pub(crate) mtime: Option<i64>,
    pub(crate) xattrs: BTreeMap<String, Vec<u8>>,
    /// Whether it lies in a sealed layer.
    is_sealed: bool,
    /// Whether it was copied up since the last snapshot. In a user namespace overlayfs shows another
    /// inode number then for each name, though they are one file.
    pub(crate) is_copied_up: bool,
    /// Whether it was copied up at any time: overlayfs may then have filled its holes.
    pub(crate) has_lost_holes: bool,
}

#[derive(Clone, Debug, Default)]
pub(crate) struct Tree {
    names: BTreeMap<Path, usize>,
    nodes: BTreeMap<usize, Node>,
    next: usize,
}

impl Tree {
    /// Two empty roots.
    pub(crate) fn new() -> Self {
        let mut tree = Self::default();
        for root in [b"0", b"1"] {
            tree.add(root, Kind::Directory, 0o755);
        }
        tree
    }

    /// What a box sees that starts from a snapshot of this tree, or goes on after one.
    pub(crate) fn sealed(&self) -> Self {
        let mut tree = self.clone();
        for node in tree.nodes.values_mut() {
            (node.is_sealed, node.is_copied_up) = (true, false);
        }
        tree
    }

    /// All paths and what is there, parents before children, names in the order of bytes.
    pub(crate) fn walk(&self) -> Vec<(&Path, usize, &Node)> {
        let mut all: Vec<_> = self
            .names
            .iter()
            .map(|(path, id)| (path, *id, &self.nodes[id]))
            .collect();
        all.sort_by_key(|(path, ..)| path.split(|byte| *byte == b'/').collect::<Vec<_>>());
        all
    }

    pub(crate) fn get(&self, path: &[u8]) -> Option<&Node> {
        Some(&self.nodes[self.names.get(path)?])
    }

    pub(crate) fn learn_mtime(&mut self, path: &[u8], mtime: i64) {
        let id = self.names[path];
        self.nodes.get_mut(&id).unwrap().mtime.get_or_insert(mtime);
    }

    pub(crate) fn is_same_file(&self, one: &[u8], other: &[u8]) -> bool {
        self.names.contains_key(one) && self.names.get(one) == self.names.get(other)
    }

    pub(crate) fn has_children(&self, path: &[u8]) -> bool {
        self.names.keys().any(|name| is_below(name, path))
    }

    /// Does what succeeds in the box.
    pub(crate) fn apply(&mut self, operation: &Operation) {
        match operation {
            Operation::Write { path, content } => match self.names.contains_key(path) {
                true => self.change(path, |_| content.clone()),
                false => self.add(path, Kind::File(content.clone()), 0o644),
            },
            Operation::Append { path, content } => {
                self.change(path, |old| [old, content.as_slice()].concat());
            }
            Operation::WriteAt {
                path,
                offset,
                content,
            } => self.change(path, |old| {
                let mut new = old.to_vec();
                // Writing nothing makes no file longer.
                if !content.is_empty() {
                    new.resize(old.len().max(offset + content.len()), 0);
                    new[*offset..offset + content.len()].copy_from_slice(content);
                }
                new
            }),
            Operation::Truncate { path, size } => self.change(path, |old| {
                let mut new = old.to_vec();
                new.resize(*size, 0);
                new
            }),
            Operation::Mkdir { path } => self.add(path, Kind::Directory, 0o755),
            Operation::Fifo { path } => self.add(path, Kind::Pipe, 0o644),
            Operation::Symlink { target, path } => {
                self.add(path, Kind::Link(target.clone()), 0o777);
            }
            Operation::Link { source, path } => {
                let id = self.touch(source);
                self.names.insert(path.clone(), id);
                self.changed_above(path);
            }
            Operation::Rename { source, path } => self.rename(source, path),
            Operation::Unlink { path } | Operation::Rmtree { path } => self.remove(path),
            Operation::Chmod { path, mode } => self.touched(path).mode = *mode,
            Operation::Utime { path, ns } => self.touched(path).mtime = Some(*ns),
            Operation::SetXattr { path, name, value } => {
                let xattrs = &mut self.touched(path).xattrs;
                xattrs.insert(name.clone(), value.clone());
            }
            Operation::RemoveXattr { path, name } => {
                self.touched(path).xattrs.remove(name);
            }
        }
    }

    fn add(&mut self, path: &[u8], kind: Kind, mode: u32) {
        self.nodes.insert(
            self.next,
            Node {
                kind,
                mode,
                mtime: None,
                xattrs: BTreeMap::new(),
                is_sealed: false,
                is_copied_up: false,
                has_lost_holes: false,
            },
        );
        self.names.insert(path.to_vec(), self.next);
        self.next += 1;
        self.changed_above(path);
    }

    fn change(&mut self, path: &[u8], new: impl FnOnce(&[u8]) -> Vec<u8>) {
        let node = self.touched(path);
        if let Kind::File(content) = &mut node.kind {
            *content = new(content);
        }
        node.mtime = None;
    }

    fn rename(&mut self, source: &[u8], path: &[u8]) {
        if self.get(source).unwrap().kind != Kind::Directory {
            self.touch(source);
        }
        self.names.remove(path);
        let below: Vec<Path> = self.names.keys().cloned().collect();
        for old in below {
            if old == source || is_below(&old, source) {
                let id = self.names.remove(&old).unwrap();
                let new = [path, &old[source.len()..]].concat();
                self.names.insert(new, id);
            }
        }
        self.changed_above(source);
        self.changed_above(path);
    }

    fn remove(&mut self, path: &[u8]) {
        self.names
            .retain(|name, _| name != path && !is_below(name, path));
        self.changed_above(path);
    }

    fn changed_above(&mut self, path: &[u8]) {
        let above = path.iter().rposition(|byte| *byte == b'/');
        if let Some(end) = above {
            self.touched(&path[..end]).mtime = None;
        }
    }

    fn touched(&mut self, path: &[u8]) -> &mut Node {
        let id = self.touch(path);
        self.nodes.get_mut(&id).unwrap()
    }

    /// What is at `path`, about to be changed through this name.
    fn touch(&mut self, path: &[u8]) -> usize {
        let id = self.names[path];
        let is_shared = self.names.values().filter(|other| **other == id).count() > 1;
        let mut node = self.nodes[&id].clone();
        if !node.is_sealed {
            return id;
        }
        (node.is_sealed, node.is_copied_up) = (false, true);
        node.has_lost_holes = true;
        if !is_shared {
            self.nodes.insert(id, node);
            return id;
        }
        self.nodes.insert(self.next, node);
        self.names.insert(path.to_vec(), self.next);
        self.next += 1;
        self.next - 1
    }
}

fn is_below(name: &[u8], path: &[u8]) -> bool {
    name.strip_prefix(path)
        .is_some_and(|rest| rest.starts_with(b"/"))
}
