//! What every box starts from.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{LayerError, On};
use super::host_image;
use super::skeleton::{Skeleton, add_base, user_lines};
use super::trust;
use crate::sandbox::Lower;

/// Where the files of a fresh box come from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// The programs of this machine, read-only, and a fresh tree for the rest.
    Host,
    /// An unpacked root filesystem.
    Directory(PathBuf),
}

/// One mount of an image.
#[derive(Clone, Debug)]
pub(super) struct Part {
    /// The directory of this part in each layer.
    pub(super) name: String,
    /// Where it is mounted in the box.
    pub(super) target: PathBuf,
    /// Topmost first.
    pub(super) lowers: Vec<Lower>,
}

/// Builds the image's own directories anew in `place`, as `owner`, and says what to mount.
///
/// They are rebuilt at each start of the server, so that an update of the host is seen; no sandbox
/// runs then.
pub(super) fn build(
    source: &ImageSource,
    place: &Path,
    owner: u32,
    authority: &str,
) -> Result<Vec<Part>, LayerError> {
    if place.exists() {
        fs::remove_dir_all(place).on("remove", place)?;
    }
    fs::create_dir_all(place).on("create", place)?;
    match source {
        ImageSource::Host => host_image::build(place, owner, authority),
        ImageSource::Directory(path) => directory(path, place, owner, authority),
    }
}

/// A given tree, with what a box needs laid over it.
fn directory(
    path: &Path,
    place: &Path,
    owner: u32,
    authority: &str,
) -> Result<Vec<Part>, LayerError> {
    if !path.is_dir() {
        return Err(LayerError::NoImage(path.to_path_buf()));
    }
    let skeleton = Skeleton::create(&place.join("root"), owner)?;
    add_base(&skeleton)?;
    let users = fs::read_to_string(path.join("etc/passwd")).unwrap_or_default();
    let shell = if path.join("bin/bash").exists() {
        "/bin/bash"
    } else {
        "/bin/sh"
    };
    skeleton.file(
        "etc/passwd",
        &format!("{}{users}", user_lines(shell)),
        0o644,
    )?;
    trust::add(&skeleton, path, authority)?;
    Ok(vec![Part {
        name: "root".into(),
        target: "/".into(),
        lowers: vec![
            Lower::Layer(skeleton.into_path()),
            Lower::Host(path.to_path_buf()),
        ],
    }])
}
