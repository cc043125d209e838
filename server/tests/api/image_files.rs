//! OCI images made by hand, byte by byte, so that a test can spoil any of it.

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tar::{EntryType, Header};

/// Paths and contents.
pub(crate) type Files = Vec<(String, Vec<u8>)>;

/// One entry of a layer.
pub(crate) struct Entry {
    kind: EntryType,
    path: Vec<u8>,
    target: &'static str,
    content: Vec<u8>,
    records: Vec<(&'static str, &'static str)>,
}

pub(crate) fn entry(kind: EntryType, path: &str) -> Entry {
    Entry {
        kind,
        path: path.as_bytes().to_vec(),
        target: "",
        content: Vec::new(),
        records: Vec::new(),
    }
}

pub(crate) fn file(path: &str, content: &str) -> Entry {
    with_content(path, content.as_bytes().to_vec())
}

pub(crate) fn with_content(path: &str, content: Vec<u8>) -> Entry {
    Entry {
        content,
        ..entry(EntryType::Regular, path)
    }
}

pub(crate) fn directory(path: &str) -> Entry {
    entry(EntryType::Directory, path)
}

pub(crate) fn link(path: &str, target: &'static str) -> Entry {
    Entry {
        target,
        ..entry(EntryType::Symlink, path)
    }
}

pub(crate) fn hard_link(path: &str, target: &'static str) -> Entry {
    Entry {
        target,
        ..entry(EntryType::Link, path)
    }
}

pub(crate) fn with_records(records: Vec<(&'static str, &'static str)>, entry: Entry) -> Entry {
    Entry { records, ..entry }
}

/// A tar file whose headers say exactly what they are told to.
pub(crate) fn tar_of(entries: &[Entry]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for entry in entries {
        if !entry.records.is_empty() {
            let records: String = entry
                .records
                .iter()
                .map(|(key, value)| {
                    let rest = key.len() + value.len() + 3;
                    let length = (rest..).find(|all| *all == rest + all.to_string().len());
                    format!("{} {key}={value}\n", length.unwrap())
                })
                .collect();
            add(
                &mut bytes,
                EntryType::XHeader,
                b"records",
                "",
                records.as_bytes(),
            );
        }
        add(
            &mut bytes,
            entry.kind,
            &entry.path,
            entry.target,
            &entry.content,
        );
    }
    bytes.resize(bytes.len() + 1024, 0);
    bytes
}

pub(crate) fn add(bytes: &mut Vec<u8>, kind: EntryType, path: &[u8], target: &str, content: &[u8]) {
    let mut header = Header::new_ustar();
    let ustar = header.as_ustar_mut().unwrap();
    ustar.name[..path.len()].copy_from_slice(path);
    ustar.linkname[..target.len()].copy_from_slice(target.as_bytes());
    header.set_entry_type(kind);
    header.set_mode(0o755);
    header.set_uid(0);
    header.set_gid(0);
    header.set_mtime(1_000_000_000);
    header.set_size(content.len() as u64);
    header.set_cksum();
    bytes.extend(header.as_bytes());
    bytes.extend(content);
    bytes.resize(bytes.len().next_multiple_of(512), 0);
}

pub(crate) fn digest(bytes: &[u8]) -> String {
    let hash = Sha256::digest(bytes);
    let digits: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{digits}")
}

/// An image, taken apart so that a test can spoil any of it.
pub(crate) struct Image {
    blobs: Files,
    pub(crate) layers: Vec<Value>,
    pub(crate) diff_ids: Vec<String>,
    pub(crate) labels: Value,
    pub(crate) manifest_type: &'static str,
}

pub(crate) const OCI_TAR: &str = "application/vnd.oci.image.layer.v1.tar";

impl Image {
    /// Without any label of ours.
    pub(crate) fn of(layers: &[Vec<Entry>]) -> Self {
        let mut image = Self {
            blobs: Vec::new(),
            layers: Vec::new(),
            diff_ids: Vec::new(),
            labels: json!({}),
            manifest_type: "application/vnd.oci.image.manifest.v1+json",
        };
        for layer in layers {
            let tar = tar_of(layer);
            image.add_layer(OCI_TAR, &tar, tar.clone());
        }
        image
    }

    pub(crate) fn add_layer(&mut self, kind: &str, tar: &[u8], packed: Vec<u8>) {
        self.diff_ids.push(digest(tar));
        let described = self.describe(kind, packed);
        self.layers.push(described);
    }

    fn describe(&mut self, kind: &str, bytes: Vec<u8>) -> Value {
        let described = json!({ "mediaType": kind, "digest": digest(&bytes), "size": bytes.len() });
        self.blobs.push((digest(&bytes), bytes));
        described
    }

    /// The files of the layout.
    pub(crate) fn files(mut self) -> Files {
        let architecture = match std::env::consts::ARCH {
            "x86_64" => "amd64",
            other => other,
        };
        let configuration = json!({
            "architecture": architecture, "os": "linux",
            "config": { "Labels": self.labels },
            "rootfs": { "type": "layers", "diff_ids": self.diff_ids },
        });
        let kind = "application/vnd.oci.image.config.v1+json";
        let configuration = self.describe(kind, configuration.to_string().into_bytes());
        let manifest = json!({
            "schemaVersion": 2, "config": configuration, "layers": self.layers,
        });
        let kind = self.manifest_type;
        let manifest = self.describe(kind, manifest.to_string().into_bytes());
        let index = json!({ "schemaVersion": 2, "manifests": [manifest] });
        let mut files: Vec<_> = self
            .blobs
            .into_iter()
            .map(|(name, bytes)| (format!("blobs/{}", name.replace(':', "/")), bytes))
            .collect();
        files.push(("index.json".to_owned(), index.to_string().into_bytes()));
        files.push((
            "oci-layout".to_owned(),
            br#"{"imageLayoutVersion":"1.0.0"}"#.to_vec(),
        ));
        files
    }

    pub(crate) fn archive(self) -> Vec<u8> {
        archive_of(&self.files())
    }
}

pub(crate) fn archive_of(files: &Files) -> Vec<u8> {
    let entries: Vec<Entry> = files
        .iter()
        .map(|(path, content)| Entry {
            content: content.clone(),
            ..file(path, "")
        })
        .collect();
    tar_of(&entries)
}
