//! What every box starts from.

use std::fs;
use std::path::{Path, PathBuf};

use super::error::{LayerError, On};
use super::host_image;
use super::image_store::StoredImage;
use super::skeleton::{Skeleton, add_base, add_sudo, user_lines};
use super::trust;
use crate::sandbox::Lower;

/// Where the files of a fresh box come from, as users say it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageSource {
    /// The programs of this machine, read-only, and a fresh tree for the rest.
    Host,
    /// An unpacked root filesystem.
    Directory(PathBuf),
    /// An OCI image layout, as a directory or a tar file.
    Layout {
        /// Where it is.
        path: PathBuf,
        /// Which of its images.
        tag: Option<String>,
    },
    /// An image in a registry.
    Registry(String),
}

/// The same once it is here.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Image {
    /// This machine's programs.
    Host,
    /// An unpacked root filesystem.
    Directory(PathBuf),
    /// One that was brought here.
    Stored(StoredImage),
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
    image: &Image,
    place: &Path,
    owner: u32,
    authority: &str,
) -> Result<Vec<Part>, LayerError> {
    if place.exists() {
        fs::remove_dir_all(place).on("remove", place)?;
    }
    fs::create_dir_all(place).on("create", place)?;
    match image {
        Image::Host => host_image::build(place, owner, authority),
        Image::Directory(path) if path.is_dir() => {
            let trees = [path.clone()];
            let lowers = vec![Lower::Host(path.clone())];
            let skeleton = Skeleton::create(&place.join("root"), owner)?;
            unpacked(skeleton, &trees, lowers, authority)
        }
        Image::Directory(path) => Err(LayerError::NoImage(path.clone())),
        Image::Stored(stored) => {
            let trees = stored.trees();
            let lowers = trees.iter().cloned().map(Lower::Layer).collect();
            let skeleton = Skeleton::create(&place.join("root"), owner)?;
            add_sudo(&skeleton, "usr/local/bin")?;
            unpacked(skeleton, &trees, lowers, authority)
        }
    }
}

/// Given trees, the topmost first, with what a box needs laid over them.
fn unpacked(
    skeleton: Skeleton,
    trees: &[PathBuf],
    lowers: Vec<Lower>,
    authority: &str,
) -> Result<Vec<Part>, LayerError> {
    add_base(&skeleton)?;
    let users = trees
        .iter()
        .find_map(|tree| trust::read(tree, "etc/passwd").transpose())
        .transpose()?
        .unwrap_or_default();
    let has_bash = |tree: &PathBuf| {
        let places = ["bin/bash", "usr/bin/bash"];
        places.iter().any(|place| tree.join(place).is_file())
    };
    let shell = if trees.iter().any(has_bash) {
        "/bin/bash"
    } else {
        "/bin/sh"
    };
    skeleton.file(
        "etc/passwd",
        &format!("{}{users}", user_lines(shell)),
        0o644,
    )?;
    trust::add(&skeleton, trees, authority)?;
    let layer = Lower::Layer(skeleton.into_path());
    Ok(vec![Part {
        name: "root".into(),
        target: "/".into(),
        lowers: std::iter::once(layer).chain(lowers).collect(),
    }])
}
