//! Images of registries and layouts that were brought here, by the digest of their manifest.
//!
//! ```text
//! DATA/images/<digest>/layer-<n>/root   unpacked as layers are, bottom first
//! DATA/images/<digest>/image.json       what is to be known of it
//! DATA/images/references/<hash>         which digest a registry gave for a reference
//! DATA/images/unfinished-<n>            not whole; cleared away by the next start
//! ```

use std::fs;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::archive::{
    ArchiveError, Below, BlobName, Limits, PackedLayer, Spool, Unpacked, Unpacker,
};
use super::error::{LayerError, On};
use super::image::Part;
use super::trash;
use crate::linux::id_map::IdMap;
use crate::sandbox::SandboxHost;

const UNFINISHED: &str = "unfinished-";
const DESCRIPTION: &str = "image.json";
const REFERENCES: &str = "references";

/// The images of one data directory.
#[derive(Debug)]
pub struct ImageStore {
    directory: PathBuf,
    /// Who is the box's root, where this process may give files away.
    owner: Option<u32>,
}

/// An image that is whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredImage {
    directory: PathBuf,
    digest: String,
    description: Description,
}

/// What is to be known of an image besides its files.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Description {
    /// Numbers of the layers that hold something, bottom first.
    layers: Vec<usize>,
    /// `NAME=value`, as the image says.
    env: Vec<String>,
}

/// An image that is being brought here. Dropped unpublished, it is gone.
#[derive(Debug)]
pub struct UnfinishedImage<'all> {
    store: &'all ImageStore,
    directory: PathBuf,
    spool: Spool,
    description: Description,
}

impl ImageStore {
    /// Clears away what an earlier server did not finish.
    ///
    /// # Errors
    /// When the directory can't be used.
    pub fn open(data: &Path, host: &SandboxHost) -> Result<Self, LayerError> {
        let owner = match host.id_map() {
            IdMap::Range => Some(host.id_map().root_owner()),
            IdMap::OneUser => None,
        };
        let store = Self {
            directory: data.join("images"),
            owner,
        };
        let references = store.directory.join(REFERENCES);
        let mut builder = fs::DirBuilder::new();
        let made = builder.recursive(true).mode(0o700).create(&references);
        made.on("create", &references)?;
        let entries = fs::read_dir(&store.directory).on("list", &store.directory)?;
        for entry in entries.flatten() {
            if entry.file_name().to_string_lossy().starts_with(UNFINISHED) {
                trash::remove_now(&entry.path())?;
            }
        }
        Ok(store)
    }

    /// The image of this digest, if it is here.
    pub fn find(&self, digest: &BlobName) -> Option<StoredImage> {
        let directory = self.directory.join(digest.digits());
        let description = fs::read(directory.join(DESCRIPTION)).ok()?;
        Some(StoredImage {
            directory,
            digest: digest.to_string(),
            description: serde_json::from_slice(&description).ok()?,
        })
    }

    /// Every image that is here.
    ///
    /// # Errors
    /// When they can't be listed.
    pub fn all(&self) -> Result<Vec<StoredImage>, LayerError> {
        let entries = fs::read_dir(&self.directory).on("list", &self.directory)?;
        let names = entries.flatten().map(|entry| entry.file_name());
        let digests = names.map(|name| format!("sha256:{}", name.to_string_lossy()));
        let names = digests.filter_map(|digest| BlobName::parse(&digest).ok());
        Ok(names.filter_map(|name| self.find(&name)).collect())
    }

    /// The image that a registry gave for a reference before, if it is still here.
    pub fn find_named(&self, reference: &str) -> Option<StoredImage> {
        let digest = fs::read_to_string(self.place_of_name(reference)).ok()?;
        self.find(&BlobName::parse(digest.trim()).ok()?)
    }

    /// Remembers which image a reference stands for.
    ///
    /// # Errors
    /// When that can't be written.
    pub fn name(&self, reference: &str, digest: &BlobName) -> Result<(), LayerError> {
        let path = self.place_of_name(reference);
        crate::private_file::write(&path, digest.to_string().as_bytes()).on("write", &path)
    }

    fn place_of_name(&self, reference: &str) -> PathBuf {
        let name = BlobName::of(reference.as_bytes());
        self.directory.join(REFERENCES).join(name.digits())
    }

    /// A place for an image that comes.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn begin(&self) -> Result<UnfinishedImage<'_>, LayerError> {
        // One server works in a data directory, and brings one image at a time.
        let number = std::process::id();
        let directory = self.directory.join(format!("{UNFINISHED}{number}"));
        let blobs = directory.join("blobs");
        fs::create_dir_all(&blobs).on("create", &blobs)?;
        Ok(UnfinishedImage {
            store: self,
            spool: Spool::new(blobs),
            directory,
            description: Description::default(),
        })
    }
}

impl UnfinishedImage<'_> {
    /// Where its blobs are.
    pub const fn spool(&self) -> &Spool {
        &self.spool
    }

    /// Unpacks the next layer, number `number` counted from the bottom.
    ///
    /// # Errors
    /// When it is hostile or damaged.
    pub fn unpack(
        &mut self,
        number: usize,
        layer: &PackedLayer<'_>,
        limits: &mut Limits,
    ) -> Result<(), ArchiveError> {
        let target = self.directory.join(place(number));
        fs::create_dir(&target).on("create", &target)?;
        let parts = [whole()];
        let below = self.description.layers.iter();
        let below = below.map(|number| self.directory.join(place(*number)));
        let below = Below::new(&parts, below.collect());
        let unpacker = Unpacker::new(&parts, self.store.owner, &target, below, &|| false);
        let unpacked = layer.unpack(&self.spool, unpacker, limits)?;
        if unpacked == Unpacked::Nothing {
            fs::remove_dir(&target).on("remove", &target)?;
        } else {
            self.description.layers.push(number);
        }
        Ok(())
    }

    /// Makes it an image of the store's, which a crash leaves whole or not at all.
    ///
    /// # Errors
    /// When it can't be written.
    pub fn publish(
        mut self,
        digest: &BlobName,
        env: Vec<String>,
    ) -> Result<StoredImage, LayerError> {
        self.description.env = env;
        let blobs = self.directory.join("blobs");
        trash::remove_now(&blobs)?;
        let path = self.directory.join(DESCRIPTION);
        let text = serde_json::to_vec(&self.description).map_err(std::io::Error::from);
        crate::private_file::write(&path, &text.on("describe", &path)?).on("write", &path)?;
        let directory = fs::File::open(&self.directory).on("open", &self.directory)?;
        crate::linux::sync::filesystem_of(&directory)?;
        let target = self.store.directory.join(digest.digits());
        fs::rename(&self.directory, &target).on("publish", &target)?;
        Ok(StoredImage {
            directory: target,
            digest: digest.to_string(),
            description: std::mem::take(&mut self.description),
        })
    }
}

impl Drop for UnfinishedImage<'_> {
    fn drop(&mut self) {
        if self.directory.exists()
            && let Err(error) = trash::remove_now(&self.directory)
        {
            tracing::warn!(%error, "an image that was not finished is still there");
        }
    }
}

impl StoredImage {
    /// The digest of its manifest.
    pub fn digest(&self) -> &str {
        &self.digest
    }

    /// The digest without the name of its algorithm.
    pub(super) fn digits(&self) -> &str {
        self.digest.trim_start_matches("sha256:")
    }

    /// The directories of its layers, topmost first.
    pub(super) fn trees(&self) -> Vec<PathBuf> {
        let numbers = self.description.layers.iter().rev();
        let name = whole().name;
        numbers
            .map(|number| self.directory.join(place(*number)).join(&name))
            .collect()
    }

    /// The variables that it wants its programs to have.
    pub(super) fn env(&self) -> Vec<(String, String)> {
        let pairs = self.description.env.iter();
        let pairs = pairs.filter_map(|pair| pair.split_once('='));
        pairs
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .collect()
    }
}

fn place(number: usize) -> String {
    format!("layer-{number}")
}

/// An image has one part.
fn whole() -> Part {
    Part {
        name: "root".into(),
        target: "/".into(),
        lowers: Vec::new(),
    }
}
