//! A copy of what a box has written, made while its processes live, that becomes a layer.

use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::error::{LayerError, On};
use super::live_copy::LiveCopy;
use crate::linux::open;

/// A first copy, which may be behind what the box has written since.
///
/// Dropped before it is published, it leaves a directory that the next start removes.
#[derive(Debug)]
pub struct UpperCopy {
    parts: Vec<PartCopy>,
    directory: PathBuf,
}

/// A copy that holds what the box had written when it was finished.
#[derive(Debug)]
pub struct FinishedCopy {
    pub(super) directory: PathBuf,
}

#[derive(Debug)]
struct PartCopy {
    /// Where the part is mounted in the box.
    target: PathBuf,
    copy: LiveCopy,
}

impl UpperCopy {
    /// Copies the parts of an upper: where each is mounted, and where it lies.
    pub(super) fn begin(
        parts: impl Iterator<Item = (PathBuf, PathBuf)>,
        directory: PathBuf,
    ) -> Result<Self, LayerError> {
        fs::create_dir(&directory).on("create", &directory)?;
        let mut copies = Vec::new();
        for (target, source) in parts {
            let name = source.file_name().unwrap_or_default();
            let place = directory.join(name);
            fs::create_dir(&place).on("create", &place)?;
            let copy = LiveCopy::begin(open::directory(&source)?, open::directory(&place)?)?;
            copies.push(PartCopy { target, copy });
        }
        Ok(Self {
            parts: copies,
            directory,
        })
    }

    /// Brings the copy up to date while no process of the box runs. `mapped` are the files, by
    /// their paths in the box, that processes write to through shared mappings.
    ///
    /// # Errors
    /// When something can't be copied.
    pub fn finish(self, mapped: &HashSet<PathBuf>) -> Result<FinishedCopy, LayerError> {
        let targets: Vec<PathBuf> = self.parts.iter().map(|part| part.target.clone()).collect();
        for part in self.parts {
            let suspect = mapped
                .iter()
                .filter(|path| mount_of(path, &targets) == Some(&part.target))
                .filter_map(|path| path.strip_prefix(&part.target).ok())
                .map(Path::to_path_buf)
                .collect();
            part.copy.finish(&suspect)?;
        }
        Ok(FinishedCopy {
            directory: self.directory,
        })
    }
}

/// The mount that a path lies under: the longest that it starts with.
fn mount_of<'target>(path: &Path, targets: &'target [PathBuf]) -> Option<&'target PathBuf> {
    let under = targets.iter().filter(|target| path.starts_with(target));
    under.max_by_key(|target| target.as_os_str().len())
}
