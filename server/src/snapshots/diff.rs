//! What differs between two trees: added, modified and removed entries.
//!
//! Directories that both trees have from the same layers are not looked into, so the cost follows
//! what changed, not what is there.

use std::collections::{BTreeMap, BTreeSet};
use std::ffi::OsString;
use std::fs::File;
use std::io::{self, Read};
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};

use nix::errno::Errno;
use nix::fcntl::OFlag;
use nix::sys::stat::{FileStat, SFlag};

use super::view::{self, Node, Place};
use crate::linux::{self, Named};

const BLOCK: usize = 64 * 1024;

/// How an entry differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ChangeKind {
    /// Only the second tree has it.
    Added,
    /// Both have it, with other content, type, mode or owner.
    Modified,
    /// Only the first tree has it.
    Removed,
}

/// One entry that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Absolute path in the box.
    pub path: PathBuf,
    /// How it differs.
    pub kind: ChangeKind,
    /// Whether it is a directory, in the second tree unless it is gone there.
    pub is_directory: bool,
    /// Bytes in the first tree, when it is a file there.
    pub size_before: Option<u64>,
    /// Bytes in the second tree, when it is a file there.
    pub size_after: Option<u64>,
}

/// Takes each change in the order of paths; may end the comparison.
pub(super) type Visit<'visit> = &'visit mut dyn FnMut(Change) -> ControlFlow<()>;

/// Compares two nodes that stand at the same path.
pub(super) fn compare(
    path: &Path,
    before: Option<&Node>,
    after: Option<&Node>,
    visit: Visit<'_>,
) -> linux::Result<ControlFlow<()>> {
    let (before, after) = (present(before), present(after));
    if same_place(before, after) {
        return Ok(ControlFlow::Continue(()));
    }
    if let Some(change) = change(path, before, after)?
        && visit(change).is_break()
    {
        return Ok(ControlFlow::Break(()));
    }
    let below_before = before
        .map(children)
        .transpose()?
        .flatten()
        .unwrap_or_default();
    let below_after = after
        .map(children)
        .transpose()?
        .flatten()
        .unwrap_or_default();
    let names: BTreeSet<&OsString> = below_before.keys().chain(below_after.keys()).collect();
    for name in names {
        let flow = compare(
            &path.join(name),
            below_before.get(name),
            below_after.get(name),
            visit,
        )?;
        if flow.is_break() {
            return Ok(flow);
        }
    }
    Ok(ControlFlow::Continue(()))
}

fn present(node: Option<&Node>) -> Option<&Node> {
    node.filter(|node| !matches!(node, Node::Removed))
}

fn same_place(before: Option<&Node>, after: Option<&Node>) -> bool {
    match (before, after) {
        (None, None) => true,
        (Some(Node::Other(before)), Some(Node::Other(after))) => before == after,
        (
            Some(Node::Directory { places: before, .. }),
            Some(Node::Directory { places: after, .. }),
        ) => before == after,
        _ => false,
    }
}

fn children(node: &Node) -> linux::Result<Option<BTreeMap<OsString, Node>>> {
    match node {
        Node::Directory { places, .. } => if_there(view::children(places)),
        _ => Ok(None),
    }
}

/// What a box that is running has removed since it was listed is not there.
fn if_there<T>(found: linux::Result<T>) -> linux::Result<Option<T>> {
    match found {
        Err(error) if matches!(error.errno, Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => {
            Ok(None)
        }
        found => found.map(Some),
    }
}

fn stat(place: Option<&Place>) -> linux::Result<Option<FileStat>> {
    Ok(place
        .map(|place| if_there(place.stat()))
        .transpose()?
        .flatten())
}

fn topmost(node: &Node) -> Option<&Place> {
    match node {
        Node::Directory { places, .. } => places.first(),
        Node::Other(place) => Some(place),
        Node::Removed => None,
    }
}

fn change(
    path: &Path,
    before: Option<&Node>,
    after: Option<&Node>,
) -> linux::Result<Option<Change>> {
    let (first, second) = (before.and_then(topmost), after.and_then(topmost));
    let (was, is) = (stat(first)?, stat(second)?);
    let kind = match (&was, &is) {
        (None, None) => return Ok(None),
        (None, Some(_)) => ChangeKind::Added,
        (Some(_), None) => ChangeKind::Removed,
        (Some(was), Some(is)) => {
            let is_same = same_metadata(was, is)
                && if_there(same_content(first, second, is))?.unwrap_or_default();
            if is_same {
                return Ok(None);
            }
            ChangeKind::Modified
        }
    };
    let size = |stat: &FileStat| {
        (view::kind(stat) == SFlag::S_IFREG).then_some(stat.st_size.unsigned_abs())
    };
    Ok(Some(Change {
        path: path.to_path_buf(),
        kind,
        is_directory: is
            .or(was)
            .is_some_and(|stat| view::kind(&stat) == SFlag::S_IFDIR),
        size_before: was.as_ref().and_then(size),
        size_after: is.as_ref().and_then(size),
    }))
}

fn same_metadata(was: &FileStat, is: &FileStat) -> bool {
    let known_by = |stat: &FileStat| (stat.st_mode, stat.st_uid, stat.st_gid, stat.st_rdev);
    known_by(was) == known_by(is) && (view::kind(is) != SFlag::S_IFREG || was.st_size == is.st_size)
}

fn same_content(
    before: Option<&Place>,
    after: Option<&Place>,
    stat: &FileStat,
) -> linux::Result<bool> {
    let (Some(before), Some(after)) = (before, after) else {
        return Ok(false);
    };
    match view::kind(stat) {
        SFlag::S_IFREG => {
            let read = OFlag::O_RDONLY | OFlag::O_NOFOLLOW | OFlag::O_NONBLOCK;
            let (before, after) = (
                File::from(before.open(read)?),
                File::from(after.open(read)?),
            );
            same_bytes(before, after).named(|| "compare files".into())
        }
        SFlag::S_IFLNK => Ok(before.link_target()? == after.link_target()?),
        _ => Ok(true),
    }
}

fn same_bytes(mut before: File, mut after: File) -> io::Result<bool> {
    let (mut was, mut is) = (vec![0; BLOCK], vec![0; BLOCK]);
    loop {
        let (first, second) = (fill(&mut before, &mut was)?, fill(&mut after, &mut is)?);
        if was.get(..first) != is.get(..second) {
            return Ok(false);
        }
        if first == 0 {
            return Ok(true);
        }
    }
}

/// Reads until the buffer is full or the file ends.
fn fill(file: &mut File, buffer: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while let Some(rest) = buffer.get_mut(filled..).filter(|rest| !rest.is_empty()) {
        match file.read(rest)? {
            0 => break,
            read => filled += read,
        }
    }
    Ok(filled)
}
