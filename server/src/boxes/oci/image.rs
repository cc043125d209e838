//! Brings the image that boxes start from: out of an OCI image layout, or from a registry.
//!
//! Every byte is held against the digest by which it was asked for, so an image that is here is the
//! one that its manifest's digest names. What a registry gave for a reference once stays: boxes that
//! stand on it need it, and the server starts without a network.

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Read;
use std::path::{Path, PathBuf};

use oci_client::{Reference, RegistryOperation};
use tokio::runtime::Handle;
use tokio_util::io::{StreamReader, SyncIoBridge};
use upstash_box_wasm::api_types::RegistryImage;

use super::description::architecture;
use super::documents::{self, Configuration, Descriptor, Index, Manifest};
use super::import::read_layout;
use super::registry::Registry;
use super::take_in::{as_refusal, check_layers, most_bytes_exceeded};
use crate::boxes::BoxError;
use crate::snapshots::{
    ArchiveError, BlobName, Image, ImageSource, ImageStore, Limits, PackedLayer, Spool,
    UnfinishedImage,
};

/// An index of an index of an index is none of an image.
const DEEPEST: u32 = 3;
/// The annotation of an index's entry that holds its tag.
const TAG: &str = "org.opencontainers.image.ref.name";

/// What boxes are to start from, brought here if it is not. May take long; blocks.
pub(crate) fn bring_image(
    source: &ImageSource,
    store: &ImageStore,
    most_bytes: u64,
) -> Result<Image, BoxError> {
    match source {
        ImageSource::Host => Ok(Image::Host),
        ImageSource::Directory(path) => Ok(Image::Directory(path.clone())),
        ImageSource::Layout { path, tag } => {
            let unfinished = store.begin()?;
            let index = match path.is_dir() {
                true => read_index(path)?,
                false => {
                    let file = File::open(path).map_err(|error| unreadable(path, &error))?;
                    read_layout(file, unfinished.spool(), most_bytes).map_err(as_refusal)?
                }
            };
            let from = Layout {
                directory: path.is_dir().then(|| path.clone()),
            };
            let entry = tagged(&index, tag.as_deref())?;
            let name = path.display().to_string();
            bring(&name, &from, entry, store, unfinished, most_bytes)
        }
        ImageSource::Registry(reference) => {
            if let Some(stored) = store.find_named(reference) {
                return Ok(Image::Stored(stored));
            }
            let wanted = RegistryImage {
                reference: reference.clone(),
                ..RegistryImage::default()
            };
            let registry = Handle::current()
                .block_on(Registry::enter(wanted, RegistryOperation::Pull))
                .map_err(|error| said_of(reference, error))?;
            let entry = registry
                .entry()
                .map_err(|error| said_of(reference, error))?;
            let unfinished = store.begin()?;
            let image = bring(reference, &registry, entry, store, unfinished, most_bytes)?;
            if let Image::Stored(stored) = &image {
                store.name(reference, &BlobName::parse(stored.digest())?)?;
            }
            Ok(image)
        }
    }
}

/// Where the blobs of an image are.
trait Blobs {
    /// A manifest or index, by its descriptor.
    fn manifest(&self, what: &Descriptor, spool: &Spool) -> Result<Vec<u8>, BoxError>;

    /// Puts a blob aside.
    fn fetch(&self, what: &Descriptor, spool: &Spool) -> Result<(), BoxError>;
}

/// A layout. Without a directory, all of it is in the spool.
struct Layout {
    directory: Option<PathBuf>,
}

impl Blobs for Layout {
    fn manifest(&self, what: &Descriptor, spool: &Spool) -> Result<Vec<u8>, BoxError> {
        let name = what.name()?;
        if !spool.has(&name) {
            self.fetch(what, spool)?;
        }
        Ok(spool.document(&name, what.size, documents::MOST_BYTES)?)
    }

    fn fetch(&self, what: &Descriptor, spool: &Spool) -> Result<(), BoxError> {
        let name = what.name()?;
        // One that is missing in a tar file is told of when it is opened.
        if let Some(directory) = &self.directory {
            let path = directory.join("blobs/sha256").join(name.digits());
            let mut file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
            spool.take_in(&name, what.size, &mut file)?;
        }
        Ok(())
    }
}

impl Registry {
    /// What the reference leads to: a manifest, or an index of several.
    fn entry(&self) -> Result<Descriptor, BoxError> {
        let (bytes, found) = self.document(&self.image)?;
        if let Some(wanted) = self.image.digest()
            && wanted != found.to_string()
        {
            return Err(ArchiveError::refused(format!(
                "the registry sent the manifest {found} in place of {wanted}"
            ))
            .into());
        }
        let document: BTreeMap<String, serde_json::Value> =
            documents::read("the manifest", &bytes)?;
        let said = document.get("mediaType").and_then(|kind| kind.as_str());
        let kind = match said {
            Some(kind) => kind,
            None if document.contains_key("manifests") => documents::INDEX,
            None => documents::MANIFEST,
        };
        Ok(Descriptor::of(kind, &found, bytes.len() as u64))
    }

    fn document(&self, image: &Reference) -> Result<(Vec<u8>, BlobName), BoxError> {
        let kinds = [
            documents::MANIFEST,
            documents::DOCKER_MANIFEST,
            documents::INDEX,
            documents::DOCKER_INDEX,
        ];
        let pulled = self.client.pull_manifest_raw(image, &self.access, &kinds);
        let pulled = Handle::current().block_on(pulled);
        let (bytes, _) = pulled.map_err(|error| self.failed(error))?;
        let name = BlobName::of(&bytes);
        Ok((bytes.to_vec(), name))
    }
}

impl Blobs for Registry {
    fn manifest(&self, what: &Descriptor, _: &Spool) -> Result<Vec<u8>, BoxError> {
        let (registry, repository) = (self.image.registry(), self.image.repository());
        let image = Reference::with_digest(
            registry.to_owned(),
            repository.to_owned(),
            what.name()?.to_string(),
        );
        let (bytes, found) = self.document(&image)?;
        if found != what.name()? {
            return Err(ArchiveError::refused(format!(
                "the registry sent {found} in place of {}",
                what.digest
            ))
            .into());
        }
        Ok(bytes)
    }

    fn fetch(&self, what: &Descriptor, spool: &Spool) -> Result<(), BoxError> {
        let pulled = self
            .client
            .pull_blob_stream(&self.image, what.digest.as_str());
        let pulled = Handle::current().block_on(pulled);
        let stream = pulled.map_err(|error| self.failed(error))?.stream;
        let mut content = SyncIoBridge::new(StreamReader::new(stream));
        let taken = spool.take_in(&what.name()?, what.size, &mut content);
        taken.map_err(|error| match error {
            ArchiveError::Stream(error) => BoxError::Registry(format!(
                "the registry {} broke off: {error}",
                self.image.resolve_registry()
            )),
            error => error.into(),
        })
    }
}

/// Fetches and unpacks what `entry` leads to, unless it is here.
fn bring(
    name: &str,
    from: &dyn Blobs,
    entry: Descriptor,
    store: &ImageStore,
    mut unfinished: UnfinishedImage<'_>,
    most_bytes: u64,
) -> Result<Image, BoxError> {
    let failed = |error| said_of(name, error);
    let (digest, manifest) = of_this_machine(from, entry, unfinished.spool()).map_err(failed)?;
    if let Some(stored) = store.find(&digest) {
        return Ok(Image::Stored(stored));
    }
    let mut unpack = || -> Result<Vec<String>, BoxError> {
        manifest.check()?;
        let document = &manifest.config;
        let spool = unfinished.spool();
        fetch(from, document, spool)?;
        let bytes = spool.document(&document.name()?, document.size, documents::MOST_BYTES)?;
        let configuration: Configuration = documents::read("the configuration", &bytes)?;
        let diff_ids = check_layers(&manifest, &configuration)?;
        if configuration.architecture != architecture() {
            return Err(other_machine(&configuration.architecture));
        }
        let total: u64 = manifest.layers.iter().map(|layer| layer.size).sum();
        if total > most_bytes {
            return Err(most_bytes_exceeded(most_bytes).into());
        }
        let count = manifest.layers.len();
        tracing::info!("bringing the image {name}: {count} layers, {total} bytes");
        let mut limits = Limits::new(most_bytes);
        for (number, (layer, diff_id)) in manifest.layers.iter().zip(&diff_ids).enumerate() {
            fetch(from, layer, unfinished.spool())?;
            let packed = PackedLayer {
                blob: &layer.name()?,
                size: layer.size,
                compression: layer.compression()?,
                diff_id,
            };
            let unpacked = unfinished.unpack(number, &packed, &mut limits);
            unpacked.map_err(as_refusal)?;
            tracing::info!("layer {} of {count} of the image is here", number + 1);
        }
        Ok(configuration.config.env.unwrap_or_default())
    };
    let env = unpack().map_err(failed)?;
    Ok(Image::Stored(unfinished.publish(&digest, env)?))
}

/// A blob that is listed twice comes once.
fn fetch(from: &dyn Blobs, what: &Descriptor, spool: &Spool) -> Result<(), BoxError> {
    match spool.has(&what.name()?) {
        true => Ok(()),
        false => from.fetch(what, spool),
    }
}

/// Follows indexes to the one manifest for this machine.
fn of_this_machine(
    from: &dyn Blobs,
    mut entry: Descriptor,
    spool: &Spool,
) -> Result<(BlobName, Manifest), BoxError> {
    for _ in 0..DEEPEST {
        let bytes = from.manifest(&entry, spool)?;
        if !documents::is_index(&entry.media_type) {
            let manifest: Manifest = documents::read("the manifest", &bytes)?;
            return Ok((entry.name()?, manifest));
        }
        let index: Index = documents::read("the index", &bytes)?;
        entry = chosen(&index.manifests)?;
    }
    Err(ArchiveError::refused("its index leads to nothing but indexes").into())
}

/// The entry for this machine.
fn chosen(manifests: &[Descriptor]) -> Result<Descriptor, BoxError> {
    if let [only] = manifests
        && only.platform.is_none()
    {
        return Ok(only.clone());
    }
    let platforms = manifests.iter().filter_map(|entry| entry.platform.as_ref());
    let known: Vec<&str> = platforms
        .filter(|platform| platform.os == "linux")
        .map(|platform| platform.architecture.as_str())
        .collect();
    let fits = |entry: &&Descriptor| {
        let platform = entry.platform.as_ref();
        platform.is_some_and(|it| it.os == "linux" && it.architecture == architecture())
    };
    let found = manifests.iter().find(fits).cloned();
    found.ok_or_else(|| other_machine(&known.join(", ")))
}

/// The entry of a layout that is meant.
fn tagged(index: &Index, tag: Option<&str>) -> Result<Descriptor, BoxError> {
    let of = |entry: &Descriptor| entry.annotations.get(TAG).cloned();
    let Some(tag) = tag else {
        return match index.manifests.as_slice() {
            [only] => Ok(only.clone()),
            several => chosen(several).map_err(|_| {
                let tags: Vec<String> = several.iter().filter_map(of).collect();
                BoxError::InvalidArgument(format!(
                    "--image: the layout holds {} images; say which, as in oci:PATH:TAG; its tags \
                     are {}",
                    several.len(),
                    tags.join(", ")
                ))
            }),
        };
    };
    let mut found = index.manifests.iter();
    let found = found.find(|entry| of(entry).as_deref() == Some(tag));
    found.cloned().ok_or_else(|| {
        BoxError::InvalidArgument(format!("--image: the layout has no image {tag:?}"))
    })
}

fn read_index(directory: &Path) -> Result<Index, BoxError> {
    let path = directory.join("index.json");
    let mut bytes = Vec::new();
    let file = File::open(&path).map_err(|error| unreadable(&path, &error))?;
    let read = file.take(documents::MOST_BYTES).read_to_end(&mut bytes);
    read.map_err(|error| unreadable(&path, &error))?;
    let layout = directory.join("oci-layout");
    let layout = fs::read(&layout).map_err(|error| unreadable(&layout, &error))?;
    super::import::check_layout(&layout)?;
    Ok(documents::read("index.json", &bytes)?)
}

fn unreadable(path: &Path, error: &std::io::Error) -> BoxError {
    BoxError::InvalidArgument(format!("--image: {}: {error}", path.display()))
}

fn other_machine(theirs: &str) -> BoxError {
    ArchiveError::refused(format!(
        "it is for {theirs}, and this machine is {}",
        architecture()
    ))
    .into()
}

/// With the image in front: several may be named, and the reader is who starts the server.
fn said_of(name: &str, error: BoxError) -> BoxError {
    match error {
        BoxError::Registry(why) => BoxError::Registry(format!("--image {name}: {why}")),
        error => BoxError::InvalidArgument(format!("--image {name}: {error}")),
    }
}
