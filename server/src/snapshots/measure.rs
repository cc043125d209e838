//! Counts the bytes of a tree.

use std::collections::HashSet;
use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::time::{Duration, Instant};

use walkdir::WalkDir;

use super::error::LayerError;

/// `st_blocks` counts in these, whatever the filesystem.
const BLOCK: u64 = 512;

/// Bytes on disk, a file with several links once; and whether the whole tree was counted.
pub(super) fn tree(root: &Path, budget: Option<Duration>) -> Result<(u64, bool), LayerError> {
    let started = Instant::now();
    let mut linked = HashSet::new();
    let mut bytes = 0;
    for entry in WalkDir::new(root) {
        let entry = entry.map_err(|error| LayerError::Io {
            action: "measure",
            path: root.to_path_buf(),
            source: error.into(),
        })?;
        let Ok(metadata) = entry.metadata() else {
            continue;
        };
        if metadata.is_dir() || metadata.nlink() == 1 || linked.insert(metadata.ino()) {
            bytes += metadata.blocks() * BLOCK;
        }
        if budget.is_some_and(|budget| started.elapsed() > budget) {
            return Ok((bytes, false));
        }
    }
    Ok((bytes, true))
}
