//! A copy of what a box has written, made while its processes live, that becomes a layer.

use std::collections::{HashMap, HashSet};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::path::{Path, PathBuf};

use super::box_root::{BoxRoot, Job, Worker};
use super::error::{LayerError, On};
use super::layer_store::LayerStore;
use super::live_copy::{Copied, Earlier, LiveCopy};
use super::storage::Storage;
use super::trash;
use crate::linux::{btrfs, open, sync};

/// A copy that is not a layer yet; no box has an id that begins so.
const COPY_PREFIX: &str = "copy-";

/// A first copy, which may be behind what the box has written since.
///
/// Dropped before it is published, it leaves a directory that the next start removes.
#[derive(Debug)]
pub struct UpperCopy {
    kind: Kind,
    directory: PathBuf,
}

#[derive(Debug)]
enum Kind {
    /// Copied in two passes, the second while nothing runs.
    Files(Vec<PartCopy>, Plan),
    /// The same, by a process that may read what programs closed.
    ByRoot(CopyByRoot),
    /// Nothing of it is made before the box stands still; it takes no time then.
    Subvolume { source: PathBuf },
}

/// A copy that holds what the box had written when it was finished.
#[derive(Debug)]
pub struct FinishedCopy {
    directory: PathBuf,
    /// By the names of the parts.
    copied: HashMap<OsString, Copied>,
}

/// What a copy of a box's upper has that became a layer, for the next copy to share. It stays good whatever
/// happens to the box or the layer: it is compared with what is there.
#[derive(Debug)]
pub struct EarlierCopy {
    layer_id: String,
    copied: HashMap<OsString, Copied>,
}

#[derive(Debug)]
struct PartCopy {
    /// Where the part is mounted in the box.
    target: PathBuf,
    name: OsString,
    copy: LiveCopy,
}

/// What is copied file by file, and how.
#[derive(Debug)]
struct Plan {
    /// Where each part is mounted in the box, and where it lies.
    parts: Vec<(PathBuf, PathBuf)>,
    storage: Storage,
    box_root: BoxRoot,
}

#[derive(Debug)]
struct CopyByRoot {
    worker: Worker,
    /// Where the parts are mounted.
    targets: Vec<PathBuf>,
}

impl Plan {
    /// Makes the first pass into `directory`, which is empty, as the box's root.
    fn begin_by_root(&self, directory: &Path) -> Result<CopyByRoot, LayerError> {
        let mut parts = Vec::new();
        for (_, source) in &self.parts {
            let place = directory.join(source.file_name().unwrap_or_default());
            fs::create_dir(&place).on("create", &place)?;
            parts.push((source.clone(), place));
        }
        let shares_data = self.storage != Storage::CopiedData;
        let worker = self.box_root.begin(&Job::Copy { parts, shares_data })?;
        let targets = self.parts.iter().map(|(target, _)| target.clone());
        Ok(CopyByRoot {
            worker,
            targets: targets.collect(),
        })
    }
}

impl CopyByRoot {
    fn finish(self, mapped: &HashSet<PathBuf>) -> Result<(), LayerError> {
        let targets = &self.targets;
        let mapped = targets.iter().map(|part| mapped_in(part, targets, mapped));
        Ok(self.worker.finish_copy(&mapped.collect::<Vec<_>>())?)
    }
}

impl UpperCopy {
    /// Copies the parts of an upper. `earlier` finds a part in an earlier copy.
    fn of_files<'copy>(
        plan: Plan,
        directory: PathBuf,
        earlier: impl Fn(&OsStr) -> Option<Earlier<'copy>>,
    ) -> Result<Self, LayerError> {
        let mut copies = Vec::new();
        for (target, source) in &plan.parts {
            let name = source.file_name().unwrap_or_default().to_owned();
            let place = directory.join(&name);
            fs::create_dir(&place).on("create", &place)?;
            let (source, place) = (open::directory(source)?, open::directory(&place)?);
            let copy = LiveCopy::begin(source, place, earlier(&name).as_ref(), plan.storage);
            copies.push(PartCopy {
                target: target.clone(),
                name,
                copy: copy?,
            });
        }
        Ok(Self {
            kind: Kind::Files(copies, plan),
            directory,
        })
    }

    /// A snapshot of a subvolume waits for the disk to have what it holds; most of that is done now,
    /// while the box runs.
    fn of_subvolume(source: PathBuf, directory: PathBuf) -> Result<Self, LayerError> {
        let opened = fs::File::open(&source).on("open", &source)?;
        sync::filesystem_of(&opened)?;
        Ok(Self {
            kind: Kind::Subvolume { source },
            directory,
        })
    }

    /// Brings the copy up to date while no process of the box runs. `mapped` are the files, by
    /// their paths in the box, that processes write to through shared mappings.
    ///
    /// # Errors
    /// When something can't be copied.
    pub fn finish(self, mapped: &HashSet<PathBuf>) -> Result<FinishedCopy, LayerError> {
        let copied = match self.kind {
            Kind::Files(parts, plan) => match finish_files(parts, mapped) {
                Err(LayerError::Kernel(refused)) if plan.box_root.may(&refused) => {
                    // It was closed a moment ago.
                    trash::remove_now(&self.directory)?;
                    fs::create_dir(&self.directory).on("create", &self.directory)?;
                    plan.begin_by_root(&self.directory)?.finish(mapped)?;
                    HashMap::new()
                }
                copied => copied?,
            },
            Kind::ByRoot(copy) => {
                copy.finish(mapped)?;
                HashMap::new()
            }
            Kind::Subvolume { source } => {
                let above = self.directory.parent().unwrap_or(Path::new("/"));
                let name = self.directory.file_name().unwrap_or_default();
                btrfs::snapshot(&open::directory(&source)?, above, name)?;
                HashMap::new()
            }
        };
        Ok(FinishedCopy {
            directory: self.directory,
            copied,
        })
    }
}

fn finish_files(
    parts: Vec<PartCopy>,
    mapped: &HashSet<PathBuf>,
) -> Result<HashMap<OsString, Copied>, LayerError> {
    let mut copied = HashMap::new();
    let targets: Vec<PathBuf> = parts.iter().map(|part| part.target.clone()).collect();
    for part in parts {
        let suspect = mapped_in(&part.target, &targets, mapped);
        copied.insert(part.name, part.copy.finish(&suspect)?);
    }
    Ok(copied)
}

/// The paths that lie in the part mounted at `part`, relative to it.
fn mapped_in(part: &Path, targets: &[PathBuf], mapped: &HashSet<PathBuf>) -> HashSet<PathBuf> {
    mapped
        .iter()
        .filter(|path| mount_of(path, targets).is_some_and(|target| target == part))
        .filter_map(|path| path.strip_prefix(part).ok())
        .map(Path::to_path_buf)
        .collect()
}

/// The mount that a path lies under: the longest that it starts with.
fn mount_of<'target>(path: &Path, targets: &'target [PathBuf]) -> Option<&'target PathBuf> {
    let under = targets.iter().filter(|target| path.starts_with(target));
    under.max_by_key(|target| target.as_os_str().len())
}

impl LayerStore {
    /// Begins to copy what a box wrote, while its processes live, and shares with the copy before it what
    /// has not changed. The box keeps its own, so its chain stays as it is.
    ///
    /// `None`: it wrote nothing since the last time.
    ///
    /// # Errors
    /// When the copy fails; nothing of it is left then.
    pub fn begin_copy(
        &self,
        box_id: &str,
        layer_id: &str,
        earlier: Option<&EarlierCopy>,
    ) -> Result<Option<UpperCopy>, LayerError> {
        let upper = self.upper(box_id);
        if !upper.is_dir() || self.is_untouched(box_id)? {
            return Ok(None);
        }
        let unfinished = self.copy_directory(layer_id);
        if self.storage() == Storage::Subvolumes && btrfs::is_subvolume(&upper) {
            return UpperCopy::of_subvolume(upper, unfinished).map(Some);
        }
        let parts = self.parts().iter();
        let parts = parts.map(|part| (part.target.clone(), upper.join(&part.name)));
        let plan = || Plan {
            parts: parts
                .clone()
                .filter(|(_, source)| source.is_dir())
                .collect(),
            storage: self.storage(),
            box_root: self.box_root().clone(),
        };
        let earlier = |part: &OsStr| {
            let layer = self.layer(&earlier?.layer_id);
            Some(Earlier {
                directory: open::directory(&layer.join(part)).ok()?,
                copied: earlier?.copied.get(part)?,
            })
        };
        self.places().make(&unfinished)?;
        let mut copy = UpperCopy::of_files(plan(), unfinished.clone(), earlier);
        if let Err(LayerError::Kernel(refused)) = &copy
            && self.box_root().may(refused)
        {
            self.discard_copy(layer_id)?;
            self.places().make(&unfinished)?;
            copy = plan().begin_by_root(&unfinished).map(|copy| UpperCopy {
                kind: Kind::ByRoot(copy),
                directory: unfinished,
            });
        }
        if copy.is_err() {
            self.discard_copy(layer_id)?;
        }
        copy.map(Some)
    }

    /// Makes a finished copy a layer; what the next copy may share.
    ///
    /// # Errors
    /// When the rename fails.
    pub fn publish(&self, copy: FinishedCopy, layer_id: &str) -> Result<EarlierCopy, LayerError> {
        let layer = self.layer(layer_id);
        fs::rename(&copy.directory, &layer).on("seal", &layer)?;
        Ok(EarlierCopy {
            layer_id: layer_id.to_owned(),
            copied: copy.copied,
        })
    }

    /// Throws away a copy that will not be published.
    ///
    /// # Errors
    /// When it can't be moved away; the next start does it then.
    pub fn discard_copy(&self, layer_id: &str) -> Result<(), LayerError> {
        self.trash().take(&self.copy_directory(layer_id))
    }

    /// Beside the layers, where no record knows the name.
    fn copy_directory(&self, layer_id: &str) -> PathBuf {
        self.layers().join(format!("{COPY_PREFIX}{layer_id}"))
    }
}
