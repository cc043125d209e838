//! How what boxes write is kept, and so how it is copied while a box is busy.
//!
//! An idle box is never copied: its upper becomes a layer by a rename, whatever the storage. What
//! differs is the snapshot of a box whose processes live: a btrfs subvolume is copied whole at once,
//! a filesystem with reflinks shares the data of each file, any other gets copies.

use std::ffi::OsStr;
use std::fs;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};

use super::error::LayerError;
use crate::linux::{self, btrfs, clone_file, open};

/// What the operator asked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum StorageChoice {
    /// The best that the data directory's filesystem offers.
    #[default]
    Auto,
    /// Uppers in plain directories, copied file by file; data is shared where it can be.
    Overlay,
    /// Uppers in btrfs subvolumes.
    Btrfs,
    /// Uppers in plain directories, copied file by file with their data.
    Copy,
}

/// What is done with the upper of a busy box.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Storage {
    /// It is a subvolume, and copied as a whole.
    Subvolumes,
    /// Its files are copied one by one, and share their data with the copy.
    SharedData,
    /// Its files are copied one by one.
    CopiedData,
}

impl Storage {
    /// Finds out by trying what can be done in `data`.
    ///
    /// # Errors
    /// When what was asked for can't be done there.
    pub fn choose(choice: StorageChoice, data: &Path) -> Result<Self, LayerError> {
        let shared = || match try_reflink(data) {
            Ok(()) => Self::SharedData,
            Err(_) => Self::CopiedData,
        };
        Ok(match (choice, try_subvolume(data)) {
            (StorageChoice::Copy, _) => Self::CopiedData,
            (StorageChoice::Overlay, _) | (StorageChoice::Auto, Err(_)) => shared(),
            (StorageChoice::Auto | StorageChoice::Btrfs, Ok(())) => Self::Subvolumes,
            (StorageChoice::Btrfs, Err(source)) => {
                return Err(LayerError::NoSubvolumes {
                    path: data.to_path_buf(),
                    source,
                });
            }
        })
    }

    /// For people.
    pub fn describe(self) -> &'static str {
        match self {
            Self::Subvolumes => "a busy box is copied as a btrfs subvolume, at once",
            Self::SharedData => "a busy box is copied file by file, sharing the data (reflink)",
            Self::CopiedData => "a busy box is copied file by file, with the data",
        }
    }
}

/// A scratch directory that goes when it is dropped.
struct Scratch(PathBuf);

impl Scratch {
    fn new(data: &Path) -> linux::Result<Self> {
        use crate::linux::Named;
        let path = data.join(format!("probe-{}", std::process::id()));
        fs::create_dir(&path).named(|| format!("mkdir({})", path.display()))?;
        Ok(Self(path))
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Empty directories that nobody knows; the next probe of the same process id would say so.
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn try_subvolume(data: &Path) -> linux::Result<()> {
    let scratch = Scratch::new(data)?;
    btrfs::create_subvolume(&scratch.0, OsStr::new("one"))?;
    let one = open::directory(&scratch.0.join("one"))?;
    btrfs::snapshot(&one, &scratch.0, OsStr::new("two"))
}

fn try_reflink(data: &Path) -> linux::Result<()> {
    use crate::linux::Named;
    let scratch = Scratch::new(data)?;
    let path = |name: &str| scratch.0.join(name);
    fs::write(path("one"), [0; 4096]).named(|| "write a probe".into())?;
    let open = |file: std::io::Result<fs::File>| file.named(|| "open a probe".into());
    let one = OwnedFd::from(open(fs::File::open(path("one")))?);
    let two = OwnedFd::from(open(fs::File::create(path("two")))?);
    clone_file::reflink(&one, &two)
}
