//! The JSON documents of an OCI image.

use std::collections::BTreeMap;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::snapshots::{ArchiveError, BlobName, Compression};

pub(super) const INDEX: &str = "application/vnd.oci.image.index.v1+json";
/// What other tools call an index.
pub(super) const DOCKER_INDEX: &str = "application/vnd.docker.distribution.manifest.list.v2+json";
pub(super) const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";
pub(super) const CONFIGURATION: &str = "application/vnd.oci.image.config.v1+json";
pub(super) const LAYER: &str = "application/vnd.oci.image.layer.v1.tar+zstd";

/// What other tools write in their place.
pub(super) const DOCKER_MANIFEST: &str = "application/vnd.docker.distribution.manifest.v2+json";
const DOCKER_CONFIGURATION: &str = "application/vnd.docker.container.image.v1+json";

/// No document of a real image is larger.
pub(super) const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// Where a blob is described.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Descriptor {
    pub(super) media_type: String,
    pub(super) digest: String,
    pub(super) size: u64,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
    /// What machine it is for, in an index of several.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) platform: Option<Platform>,
}

/// A kind of machine.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Platform {
    pub(super) os: String,
    pub(super) architecture: String,
}

/// `index.json`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Index {
    pub(super) schema_version: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<String>,
    pub(super) manifests: Vec<Descriptor>,
}

/// What an image consists of.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Manifest {
    pub(super) schema_version: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) media_type: Option<String>,
    pub(super) config: Descriptor,
    pub(super) layers: Vec<Descriptor>,
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) annotations: BTreeMap<String, String>,
}

/// The configuration of an image.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Configuration {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) created: Option<String>,
    pub(super) architecture: String,
    pub(super) os: String,
    #[serde(default)]
    pub(super) config: Execution,
    pub(super) rootfs: RootFilesystem,
}

/// How the image is to be run by others.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
pub(super) struct Execution {
    #[serde(skip_serializing_if = "String::is_empty")]
    pub(super) working_dir: String,
    /// `NAME=value`; `null` is what some tools write for none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) env: Option<Vec<String>>,
    /// The same.
    pub(super) labels: Option<BTreeMap<String, String>>,
}

/// The tar files of its layers, bottom first.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct RootFilesystem {
    pub(super) r#type: String,
    pub(super) diff_ids: Vec<String>,
}

impl Descriptor {
    pub(super) fn of(media_type: &str, digest: &BlobName, size: u64) -> Self {
        Self {
            media_type: media_type.to_owned(),
            digest: digest.to_string(),
            size,
            annotations: BTreeMap::new(),
            platform: None,
        }
    }

    pub(super) fn name(&self) -> Result<BlobName, ArchiveError> {
        BlobName::parse(&self.digest)
    }

    /// How the layer that this describes is compressed.
    pub(super) fn compression(&self) -> Result<Compression, ArchiveError> {
        match self.media_type.as_str() {
            "application/vnd.oci.image.layer.v1.tar"
            | "application/vnd.docker.image.rootfs.diff.tar" => Ok(Compression::None),
            "application/vnd.oci.image.layer.v1.tar+gzip"
            | "application/vnd.docker.image.rootfs.diff.tar.gzip" => Ok(Compression::Gzip),
            LAYER | "application/vnd.docker.image.rootfs.diff.tar.zstd" => Ok(Compression::Zstd),
            other => Err(ArchiveError::refused(format!(
                "a layer has the media type {other:?}; tar, tar+gzip and tar+zstd can be read"
            ))),
        }
    }
}

impl Index {
    /// The one image that it lists.
    pub(super) fn only_manifest(&self) -> Result<&Descriptor, ArchiveError> {
        let [manifest] = self.manifests.as_slice() else {
            return Err(ArchiveError::refused(format!(
                "the archive holds {} images; exactly one is needed",
                self.manifests.len()
            )));
        };
        if is_manifest(&manifest.media_type) {
            return Ok(manifest);
        }
        Err(ArchiveError::refused(format!(
            "the archive's image has the media type {:?}, which can't be read",
            manifest.media_type
        )))
    }
}

impl Manifest {
    pub(super) fn check(&self) -> Result<(), ArchiveError> {
        let kind = self.media_type.as_deref().unwrap_or(MANIFEST);
        if self.schema_version != 2 || !is_manifest(kind) {
            return Err(ArchiveError::refused(format!(
                "the manifest is of the kind {kind:?}, which can't be read"
            )));
        }
        let kind = self.config.media_type.as_str();
        if kind != CONFIGURATION && kind != DOCKER_CONFIGURATION {
            return Err(ArchiveError::refused(format!(
                "the configuration has the media type {kind:?}, which can't be read"
            )));
        }
        Ok(())
    }
}

pub(super) fn is_index(media_type: &str) -> bool {
    media_type == INDEX || media_type == DOCKER_INDEX
}

fn is_manifest(media_type: &str) -> bool {
    media_type == MANIFEST || media_type == DOCKER_MANIFEST
}

/// Reads a document that a stranger wrote.
pub(super) fn read<T: DeserializeOwned>(what: &str, bytes: &[u8]) -> Result<T, ArchiveError> {
    serde_json::from_slice(bytes)
        .map_err(|error| ArchiveError::refused(format!("{what} can't be read: {error}")))
}

/// Writes one of ours.
pub(super) fn write<T: Serialize>(document: &T) -> Vec<u8> {
    // These are plain data, which can always be written.
    serde_json::to_vec(document).unwrap_or_default()
}
