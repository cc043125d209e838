//! The images that disks stand on: the server's own, and those that runtimes were mapped to.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::LayerStore;
use super::archive;
use super::error::{LayerError, On};
use super::image::{self, Image, Part};
use super::image_store::StoredImage;

/// Overlayfs mounts at most this many.
const MOST_MOUNTED: usize = 500;

/// What a disk consists of.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DiskChain {
    /// Digest of the image that the box's runtime was mapped to; the server's own when absent.
    pub image: Option<String>,
    /// The layers on it, bottom first.
    pub layers: Vec<String>,
}

/// An image that is ready to be mounted.
#[derive(Debug)]
pub(super) struct Base {
    /// In words that another server can compare with its own.
    pub(super) description: String,
    pub(super) parts: Vec<Part>,
    /// The variables that it wants its programs to have.
    pub(super) env: Vec<(String, String)>,
}

/// All of them.
#[derive(Debug)]
pub(super) struct Bases {
    own: Base,
    by_digest: BTreeMap<String, Base>,
}

impl Base {
    fn build(image: &Image, place: &Path, owner: u32, authority: &str) -> Result<Self, LayerError> {
        Ok(Self {
            description: archive::describe_base(image),
            parts: image::build(image, place, owner, authority)?,
            env: match image {
                Image::Stored(stored) => stored.env(),
                Image::Host | Image::Directory(_) => Vec::new(),
            },
        })
    }
}

impl Bases {
    /// Makes ready what boxes may stand on.
    pub(super) fn build(
        data: &Path,
        own: &Image,
        others: Vec<StoredImage>,
        owner: u32,
        authority: &str,
    ) -> Result<Self, LayerError> {
        let own = Base::build(own, &data.join("image"), owner, authority)?;
        let mut by_digest = BTreeMap::new();
        for stored in others {
            let digest = stored.digest().to_owned();
            let place = data.join("image-of-runtime").join(stored.digits());
            let base = Base::build(&Image::Stored(stored), &place, owner, authority)?;
            by_digest.insert(digest, base);
        }
        Ok(Self { own, by_digest })
    }

    /// The server's own. Its parts have the names of every image's: the others have one, the root.
    pub(super) const fn own(&self) -> &Base {
        &self.own
    }

    /// The one with this digest.
    pub(super) fn get(&self, image: Option<&str>) -> Result<&Base, LayerError> {
        match image {
            None => Ok(&self.own),
            Some(digest) => {
                let base = self.by_digest.get(digest);
                base.ok_or_else(|| LayerError::ImageGone(digest.to_owned()))
            }
        }
    }

    /// Which of them is described so.
    pub(super) fn described(&self, description: &str) -> Option<Option<&str>> {
        if self.own.description == description {
            return Some(None);
        }
        let mut others = self.by_digest.iter();
        let found = others.find(|(_, base)| base.description == description);
        found.map(|(digest, _)| Some(digest.as_str()))
    }
}

impl LayerStore {
    /// What boxes without an image of their own stand on, in words that another server can compare
    /// with its own.
    pub fn own_base(&self) -> &str {
        &self.bases().own().description
    }

    /// The same of the boxes on an image.
    ///
    /// # Errors
    /// When it is not here.
    pub fn base(&self, image: Option<&str>) -> Result<&str, LayerError> {
        Ok(&self.bases().get(image)?.description)
    }

    /// The image that is described so, if it is here.
    pub fn image_of_base(&self, description: &str) -> Option<Option<&str>> {
        self.bases().described(description)
    }

    /// How many layers there may be on an image, so that all of them can be mounted together.
    ///
    /// # Errors
    /// When it is not here.
    pub fn most_layers(&self, image: Option<&str>) -> Result<usize, LayerError> {
        let parts = self.bases().get(image)?.parts.iter();
        let below = parts.map(|part| part.lowers.len()).max().unwrap_or(0);
        Ok(MOST_MOUNTED.saturating_sub(below))
    }

    /// The variables that an image wants its programs to have.
    pub fn image_env(&self, image: Option<&str>) -> &[(String, String)] {
        self.bases().get(image).map_or(&[], |base| &base.env)
    }

    /// Whether a layer has the form that layers on this image have: one that was written on another
    /// may keep in its root what is a part of its own here.
    ///
    /// # Errors
    /// When the image is not here, or the layer can't be listed.
    pub fn fits(&self, layer_id: &str, image: Option<&str>) -> Result<bool, LayerError> {
        let parts = &self.bases().get(image)?.parts;
        let layer = self.layer(layer_id);
        for entry in fs::read_dir(&layer).on("list", &layer)?.flatten() {
            if !parts.iter().any(|part| entry.file_name() == *part.name) {
                return Ok(false);
            }
        }
        let root = layer.join("root");
        let targets = parts
            .iter()
            .filter_map(|part| part.target.strip_prefix("/").ok());
        let mut inner = targets.filter(|target| !target.as_os_str().is_empty());
        Ok(!inner.any(|target| root.join(target).symlink_metadata().is_ok()))
    }
}
