//! OCI image layouts that a test makes: a shell with a few programs of this machine, and a second
//! layer that changes some of it.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tempfile::TempDir;

/// The shell and a few programs with their libraries, and nothing else.
pub(crate) const MAKE_ROOT: &str = "set -e; cd \"$1\"; mkdir -p bin etc; \
    for program in sh cat ls rm env stat; do \
        file=$(readlink -f \"$(command -v $program)\"); cp \"$file\" bin/$program; \
        ldd \"$file\" | grep -o '/[^ ]*' | while read -r library; do \
            mkdir -p \".$(dirname \"$library\")\"; cp -L \"$library\" \".$library\"; \
        done; \
    done; \
    echo 'root:x:0:0:root:/root:/bin/sh' > etc/passwd; echo from the image > etc/motd";

/// What the first layer has besides.
const MORE: &str = "cd \"$1\"; mkdir -p hidden kept etc/ssl/certs; echo old > hidden/old; \
    echo kept > kept/file; echo '# the image trusts' > etc/ssl/certs/ca-certificates.crt";

/// A layout with one image, `v1`, in two layers.
pub(crate) struct Layout {
    directory: TempDir,
    /// The manifest's descriptor.
    manifest: Value,
}

impl Layout {
    pub(crate) fn make() -> Self {
        Self::for_machine(&architecture())
    }

    pub(crate) fn for_machine(architecture: &str) -> Self {
        Self::of(architecture, 0)
    }

    /// With this many small layers on top.
    pub(crate) fn with_more_layers(more: usize) -> Self {
        Self::of(&architecture(), more)
    }

    fn of(architecture: &str, more: usize) -> Self {
        let directory = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(directory.path().join("blobs/sha256")).unwrap();
        let mut layout = Self {
            directory,
            manifest: Value::Null,
        };
        let mut layers = vec![first_layer(), second_layer()];
        layers.extend(
            (0..more)
                .map(|number| layer_of(&[(&format!("etc/layers/{number}"), "one more\n", 0o644)])),
        );
        let diff_ids: Vec<String> = layers.iter().map(|tar| digest(tar)).collect();
        let kind = "application/vnd.oci.image.layer.v1.tar+gzip";
        let layers: Vec<Value> = layers
            .iter()
            .map(|tar| layout.add(kind, &packed(tar)))
            .collect();
        let config = json!({
            "architecture": architecture, "os": "linux",
            "config": { "Env": ["PATH=/usr/local/bin:/opt/tools:/bin", "GREETING=hello there", "HOME=/elsewhere"], "WorkingDir": "/kept" },
            "rootfs": { "type": "layers", "diff_ids": diff_ids },
        });
        let config = layout.add_json("application/vnd.oci.image.config.v1+json", &config);
        let kind = "application/vnd.oci.image.manifest.v1+json";
        let manifest = json!({
            "schemaVersion": 2, "mediaType": kind, "config": config, "layers": layers,
        });
        layout.manifest = layout.add_json(kind, &manifest);
        let mut entry = layout.manifest.clone();
        entry["annotations"] = json!({ "org.opencontainers.image.ref.name": "v1" });
        layout.list(&[entry]);
        layout.write("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#);
        layout
    }

    /// Puts an index of several machines in the place of the image; all have the same files.
    pub(crate) fn for_many_machines(self) -> Self {
        let entries = ["other", &architecture(), "another"].map(|architecture| {
            let mut entry = self.manifest.clone();
            entry["platform"] = json!({ "os": "linux", "architecture": architecture });
            entry
        });
        let kind = "application/vnd.oci.image.index.v1+json";
        let index = json!({ "schemaVersion": 2, "mediaType": kind, "manifests": entries });
        let mut entry = self.add_json(kind, &index);
        entry["annotations"] = json!({ "org.opencontainers.image.ref.name": "v1" });
        self.list(&[entry]);
        self
    }

    /// As layers of this kind are compressed.
    pub(crate) fn gzip(bytes: &[u8]) -> Vec<u8> {
        packed(bytes)
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.directory.path().to_owned()
    }

    /// As the server's argument.
    pub(crate) fn argument(&self) -> String {
        format!("oci:{}", self.path().display())
    }

    /// The digits of the manifest's digest.
    pub(crate) fn digits(&self) -> &str {
        self.manifest["digest"]
            .as_str()
            .unwrap()
            .trim_start_matches("sha256:")
    }

    /// Damages the blob of the upper layer, which keeps its size; its digest.
    pub(crate) fn damage(&self) -> String {
        let manifest = std::fs::read(self.blob(self.digits())).unwrap();
        let manifest: Value = serde_json::from_slice(&manifest).unwrap();
        let digest = manifest["layers"][1]["digest"].as_str().unwrap().to_owned();
        let path = self.blob(digest.trim_start_matches("sha256:"));
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(path, bytes).unwrap();
        digest
    }

    fn list(&self, entries: &[Value]) {
        let index = json!({ "schemaVersion": 2, "manifests": entries });
        self.write("index.json", &index.to_string());
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.directory.path().join(name), text).unwrap();
    }

    fn blob(&self, digits: &str) -> PathBuf {
        self.directory.path().join("blobs/sha256").join(digits)
    }

    fn add_json(&self, kind: &str, document: &Value) -> Value {
        self.add(kind, document.to_string().as_bytes())
    }

    fn add(&self, kind: &str, bytes: &[u8]) -> Value {
        let digest = digest(bytes);
        let path = self.blob(digest.trim_start_matches("sha256:"));
        std::fs::write(path, bytes).unwrap();
        json!({ "mediaType": kind, "digest": digest, "size": bytes.len() })
    }
}

/// A root filesystem, as a tar file.
fn first_layer() -> Vec<u8> {
    let root = tempfile::tempdir().unwrap();
    for script in [MAKE_ROOT, MORE] {
        sh(script, root.path());
    }
    let tar = Command::new("tar")
        .args(["--owner=0", "--group=0", "-cf", "-", "-C"])
        .arg(root.path())
        .arg(".")
        .output()
        .unwrap();
    assert!(tar.status.success());
    tar.stdout
}

pub(crate) fn sh(script: &str, argument: &Path) {
    let mut sh = Command::new("sh");
    let ended = sh.args(["-c", script, "sh"]).arg(argument).status();
    assert!(ended.unwrap().success());
}

/// Removes a program, hides what is in a directory, changes a file and adds some.
fn second_layer() -> Vec<u8> {
    layer_of(&[
        ("bin/.wh.rm", "", 0o644),
        ("hidden/.wh..wh..opq", "", 0o644),
        ("hidden/new", "new\n", 0o600),
        ("etc/motd", "from the second layer\n", 0o644),
        ("opt/tools/tool", "#!/bin/sh\necho a tool\n", 0o755),
    ])
}

fn layer_of(files: &[(&str, &str, u32)]) -> Vec<u8> {
    let mut tar = tar::Builder::new(Vec::new());
    for &(path, content, mode) in files {
        let mut header = tar::Header::new_gnu();
        header.set_size(content.len() as u64);
        header.set_mode(mode);
        header.set_uid(if path == "hidden/new" { 1000 } else { 0 });
        header.set_gid(0);
        tar.append_data(&mut header, path, content.as_bytes())
            .unwrap();
    }
    tar.into_inner().unwrap()
}

fn packed(bytes: &[u8]) -> Vec<u8> {
    let mut packer = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
    packer.write_all(bytes).unwrap();
    packer.finish().unwrap()
}

fn digest(bytes: &[u8]) -> String {
    let digits: String = Sha256::digest(bytes)
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect();
    format!("sha256:{digits}")
}

fn architecture() -> String {
    match std::env::consts::ARCH {
        "x86_64" => "amd64".to_owned(),
        "aarch64" => "arm64".to_owned(),
        other => other.to_owned(),
    }
}
