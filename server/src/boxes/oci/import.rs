//! A snapshot comes in as a tar file of an OCI image layout: ours, or another tool's.
//!
//! Blobs may stand in it in any order, so they are put aside first, each verified by its digest.

use std::collections::BTreeSet;
use std::io::Read;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;
use upstash_box_wasm::api_types::SnapshotInfo;

use super::documents::{self, Index, Manifest};
use super::progress::{Counted, Progress};
use super::take_in::{Incoming, as_refusal, most_bytes_exceeded};
use crate::boxes::{BoxError, Boxes, ids, rules};
use crate::snapshots::{ArchiveError, BlobName, Spool, TarReader};

const BLOBS: &str = "blobs/sha256/";
const MOST_FILES: usize = 10_000;

/// What the caller wants in place of what the image says.
#[derive(Clone, Debug, Default)]
pub(crate) struct Wishes {
    pub(crate) name: Option<String>,
    pub(crate) labels: Option<Vec<String>>,
    pub(crate) allow_other_base: bool,
}

impl Wishes {
    pub(super) fn check(&self) -> Result<(), BoxError> {
        if let Some(name) = &self.name {
            rules::snapshot_name(name)?;
        }
        self.labels.as_deref().map_or(Ok(()), rules::labels)
    }
}

impl Boxes {
    /// Takes in an archive, which `archive` reads and may block on. Nothing is left of one that is
    /// refused, or that the caller goes away from.
    pub(crate) async fn import(
        &self,
        archive: impl Read + Send + 'static,
        wishes: Wishes,
        progress: Arc<Progress>,
    ) -> Result<SnapshotInfo, BoxError> {
        wishes.check()?;
        let place = self.begin_transfer()?;
        let layers = Arc::clone(&self.inner.parts.layers);
        let cancelled = CancellationToken::new();
        let _cancel_when_dropped = cancelled.clone().drop_guard();
        let context = self.incoming_context();
        let taken = self
            .blocking(move |store| {
                let _place = place;
                let is_cancelled = || cancelled.is_cancelled();
                let staging = layers.begin_import(&ids::imported_layer_id()?)?;
                let archive = Counted {
                    input: archive,
                    progress,
                    cancelled: cancelled.clone(),
                };
                let index = read_layout(archive, staging.spool(), context.most_bytes)
                    .map_err(as_refusal)?;
                let entry = index.only_manifest()?;
                let bytes =
                    staging
                        .spool()
                        .document(&entry.name()?, entry.size, documents::MOST_BYTES)?;
                let manifest: Manifest = documents::read("the manifest", &bytes)?;
                let incoming = Incoming {
                    store,
                    layers: &layers,
                    staging: &staging,
                    context: &context,
                    is_cancelled: &is_cancelled,
                };
                incoming.take_in(&manifest, &wishes)
            })
            .await?;
        Ok(self.imported(taken))
    }
}

/// Puts all blobs aside; what lists the images in the archive.
pub(super) fn read_layout(
    archive: impl Read,
    spool: &Spool,
    most_bytes: u64,
) -> Result<Index, ArchiveError> {
    let mut tar = TarReader::new(archive);
    let mut bytes: u64 = 0;
    let mut seen = BTreeSet::new();
    let (mut layout, mut index) = (None, None);
    while let Some((name, size)) = tar.next_file()? {
        let name = name.trim_start_matches("./").to_owned();
        if name.starts_with('/') || name.split('/').any(|part| part == "..") {
            return Err(ArchiveError::refused(format!(
                "{name:?} leads out of the archive"
            )));
        }
        if !seen.insert(name.clone()) {
            return Err(ArchiveError::refused(format!("{name:?} comes twice")));
        }
        if seen.len() > MOST_FILES {
            return Err(ArchiveError::TooLarge(format!(
                "the archive holds more than {MOST_FILES} files"
            )));
        }
        bytes = bytes.saturating_add(size);
        if bytes > most_bytes {
            return Err(most_bytes_exceeded(most_bytes));
        }
        match name.as_str() {
            "oci-layout" => layout = Some(document(&mut tar, &name, size)?),
            "index.json" => index = Some(document(&mut tar, &name, size)?),
            _ => {
                if let Some(digits) = name.strip_prefix(BLOBS) {
                    let blob = BlobName::parse(&format!("sha256:{digits}"))?;
                    spool.take_in(&blob, size, &mut tar)?;
                }
            }
        }
    }
    tar.finish()?;
    let missing = |what| {
        ArchiveError::refused(format!(
            "the archive has no {what}, so it is no OCI image layout"
        ))
    };
    check_layout(&layout.ok_or_else(|| missing("oci-layout"))?)?;
    documents::read("index.json", &index.ok_or_else(|| missing("index.json"))?)
}

fn document(tar: &mut impl Read, name: &str, size: u64) -> Result<Vec<u8>, ArchiveError> {
    if size > documents::MOST_BYTES {
        return Err(ArchiveError::refused(format!("{name} has {size} bytes")));
    }
    let mut bytes = Vec::new();
    tar.read_to_end(&mut bytes)?;
    Ok(bytes)
}

pub(super) fn check_layout(bytes: &[u8]) -> Result<(), ArchiveError> {
    let layout: serde_json::Value = documents::read("oci-layout", bytes)?;
    let version = layout
        .get("imageLayoutVersion")
        .and_then(|version| version.as_str());
    if version.is_some_and(|version| version.starts_with("1.")) {
        return Ok(());
    }
    Err(ArchiveError::refused(format!(
        "the image layout has the version {version:?}; 1.0.0 can be read"
    )))
}
