//! Filesystems of a test's own, in files shown by loop devices; and what one of them holds at the
//! moment its machine loses power.

use std::path::{Path, PathBuf};
use std::process::Command;

use tempfile::TempDir;

use super::client::wait_until;

/// A filesystem, mounted for as long as this lives.
pub(crate) struct DiskImage {
    file: PathBuf,
    place: PathBuf,
    _directory: Option<TempDir>,
}

impl DiskImage {
    /// Makes a filesystem of this kind. `None`, with the reason printed, where this machine or this
    /// user can't; for root in CI that is a failure.
    pub(crate) fn make(kind: &str, mebibytes: u64) -> Option<Self> {
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("image");
        match Self::make_at(file, directory.path().join("mount"), kind, mebibytes) {
            Ok(mut image) => {
                image._directory = Some(directory);
                Some(image)
            }
            Err(reason) => {
                let must = std::env::var_os("CI").is_some() && is_root();
                assert!(!must, "no {kind} image: {reason}");
                eprintln!("skipped: no {kind} image: {reason}");
                None
            }
        }
    }

    fn make_at(file: PathBuf, place: PathBuf, kind: &str, mebibytes: u64) -> Result<Self, String> {
        if !is_root() {
            return Err("only root may mount it".to_owned());
        }
        let made = std::fs::File::create(&file).and_then(|it| it.set_len(mebibytes << 20));
        made.map_err(|error| error.to_string())?;
        let path = file.to_str().unwrap();
        // Nothing is kept back for root, so that a full disk is full for the server as well.
        let options: &[&str] = if kind == "ext4" {
            &["-q", "-m", "0"]
        } else {
            &["-q"]
        };
        run(&format!("mkfs.{kind}"), &[options, &[path]].concat())?;
        Self::mount(file, place)
    }

    fn mount(file: PathBuf, place: PathBuf) -> Result<Self, String> {
        std::fs::create_dir(&place).map_err(|error| error.to_string())?;
        let (from, to) = (file.to_str().unwrap(), place.to_str().unwrap());
        run("mount", &["-o", "loop", from, to])?;
        Ok(Self {
            file,
            place,
            _directory: None,
        })
    }

    /// Where it is mounted.
    pub(crate) fn place(&self) -> &Path {
        &self.place
    }
}

impl Drop for DiskImage {
    fn drop(&mut self) {
        // Sandboxes of a server that has just ended may still be giving up their mounts.
        wait_until("the image to be unused", || {
            run("umount", &[self.place.to_str().unwrap()]).is_ok()
        });
    }
}

/// A disk that can lose its power: a filesystem whose image lies on another that can clone files.
pub(crate) struct FragileDisk {
    // Dropped in this order.
    crashed: Vec<DiskImage>,
    cuts: usize,
    disk: DiskImage,
    _below: DiskImage,
}

impl FragileDisk {
    /// `None` as with [`DiskImage::make`].
    pub(crate) fn make(mebibytes: u64) -> Option<Self> {
        let below = DiskImage::make("xfs", mebibytes * 3 + 512)?;
        let file = below.place().join("image");
        let disk = DiskImage::make_at(file, below.place().join("mount"), "ext4", mebibytes);
        Some(Self {
            crashed: Vec::new(),
            cuts: 0,
            disk: disk.unwrap(),
            _below: below,
        })
    }

    /// Where the disk is mounted.
    pub(crate) fn place(&self) -> &Path {
        self.disk.place()
    }

    /// Brings the directory tree to the disk, and of the data what has to come before it. What was
    /// written to files in place, like a database's log, stays in memory.
    pub(crate) fn commit_journal(&self) {
        let unrelated = std::fs::File::create(self.place().join("unrelated")).unwrap();
        unrelated.sync_all().unwrap();
    }

    /// Brings everything to the disk.
    pub(crate) fn sync(&self) {
        run("sync", &["-f", self.place().to_str().unwrap()]).unwrap();
    }

    /// Forgets what earlier power cuts have left.
    pub(crate) fn forget_cuts(&mut self) {
        for crashed in self.crashed.drain(..) {
            let file = crashed.file.clone();
            drop(crashed);
            std::fs::remove_file(file).unwrap();
        }
    }

    /// Cuts the power: where what had reached the disk at this moment is mounted now. The disk
    /// itself goes on, as if nothing had happened.
    pub(crate) fn cut_power(&mut self) -> PathBuf {
        self.cuts += 1;
        let number = self.cuts;
        let above = self.disk.file.parent().unwrap();
        let (file, place) = (
            above.join(format!("crashed-{number}")),
            above.join(format!("after-{number}")),
        );
        let (from, to) = (self.disk.file.to_str().unwrap(), file.to_str().unwrap());
        // One instant: the clone holds what the device was given until now and nothing later.
        run("cp", &["--reflink=always", from, to]).unwrap();
        let crashed = DiskImage::mount(file, place.clone()).unwrap();
        self.crashed.push(crashed);
        place
    }
}

fn is_root() -> bool {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find(|line| line.starts_with("Uid:"));
    line.unwrap().split_whitespace().nth(2) == Some("0")
}

fn run(program: &str, arguments: &[&str]) -> Result<(), String> {
    let output = Command::new(program).args(arguments).output();
    let output = output.map_err(|error| format!("{program}: {error}"))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(format!(
            "{program} {arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr).trim()
        )),
    }
}
