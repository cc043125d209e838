//! Archives, as other people's tools for images see them: skopeo copies them, umoci unpacks them.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::{Value, json};

use crate::archive::{TELL, export, imported, tell, two_snapshots};
use crate::support::Server;

/// Whether a program is here. Where it is not, says so; in CI that is a failure.
pub(crate) fn has_program(name: &str) -> bool {
    if Command::new(name).arg("--version").output().is_ok() {
        return true;
    }
    let sentence = format!("no {name} here: `apt-get install {name}`");
    assert!(std::env::var_os("CI").is_none(), "{sentence}");
    eprintln!("skipped: {sentence}");
    false
}

pub(crate) fn run(command: &mut Command) -> Output {
    let output = command.output().unwrap();
    assert!(
        output.status.success(),
        "{command:?}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    output
}

fn is_root() -> bool {
    nix::unistd::Uid::effective().is_root()
}

/// Copies an image from one place to another, like `oci-archive:FILE` to `oci:DIR:TAG`.
fn copy(from: &str, to: &str) {
    run(Command::new("skopeo")
        .args([
            "--insecure-policy",
            "copy",
            "--dest-oci-accept-uncompressed-layers",
        ])
        .args([from, to]));
}

#[test]
fn skopeo_understands_an_archive_and_its_copy_comes_in_again() {
    if !has_program("skopeo") {
        return;
    }
    let (Some(here), Some(there)) = (Server::start(), Server::start()) else {
        return;
    };
    let (from, to) = (here.client(), there.client());
    let [_, second] = two_snapshots(&from);
    let folder = tempfile::tempdir().unwrap();
    let place = |name: &str| folder.path().join(name).display().to_string();
    std::fs::write(place("a.tar"), export(&from, &second, "")).unwrap();
    let archive = format!("oci-archive:{}", place("a.tar"));

    let seen = run(Command::new("skopeo").args(["inspect", &archive])).stdout;
    let seen: Value = serde_json::from_slice(&seen).unwrap();
    assert_eq!(seen["Layers"].as_array().unwrap().len(), 2);
    assert_eq!(seen["Labels"]["com.upstash.box.name"], "second");
    assert_eq!(seen["Os"], "linux");

    copy(&archive, &format!("oci:{}:copy", place("layout")));
    copy(
        &format!("oci:{}:copy", place("layout")),
        &format!("oci-archive:{}", place("b.tar")),
    );
    let copy = imported(&to, "", &std::fs::read(place("b.tar")).unwrap());
    assert_eq!(copy["name"], "second");
    let (one, other) = (
        from.restore(&second),
        to.restore(copy["id"].as_str().unwrap()),
    );
    assert_eq!(tell(&from, &one), tell(&to, &other));
}

#[test]
fn umoci_unpacks_an_archive_to_the_same_tree() {
    if !has_program("skopeo") || !has_program("umoci") {
        return;
    }
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let [first, second] = two_snapshots(&client);
    let folder = tempfile::tempdir().unwrap();
    for snapshot in [first, second] {
        let place = |name: &str| folder.path().join(format!("{snapshot}-{name}"));
        let layout = place("layout");
        std::fs::create_dir(&layout).unwrap();
        unpack_layout(&export(&client, &snapshot, ""), &layout);
        plain_layers(&layout);
        let mut umoci = Command::new("umoci");
        umoci.arg("unpack");
        if !is_root() {
            umoci.arg("--rootless");
        }
        run(umoci
            .arg("--image")
            .arg(format!("{}:plain", layout.display()))
            .arg(place("bundle")));
        let tree = Command::new("python3")
            .args(["-c", TELL])
            .arg(place("bundle").join("rootfs"))
            .output()
            .unwrap();
        let tree = String::from_utf8_lossy(&tree.stdout).into_owned();
        assert_eq!(tree, tell(&client, &client.restore(&snapshot)));
    }
}

fn unpack_layout(archive: &[u8], place: &Path) {
    tar::Archive::new(archive).unpack(place).unwrap();
}

/// Gives the layout a second image, `plain`, whose layers are not compressed: Debian's umoci reads no
/// zstd. Everything in the layers stays as it is.
fn plain_layers(layout: &Path) {
    let read = |path: &str| std::fs::read(layout.join(path)).unwrap();
    let path_of = |digest: &Value| format!("blobs/{}", digest.as_str().unwrap().replace(':', "/"));
    let mut index: Value = serde_json::from_slice(&read("index.json")).unwrap();
    let manifest = path_of(&index["manifests"][0]["digest"]);
    let mut manifest: Value = serde_json::from_slice(&read(&manifest)).unwrap();
    let add = |bytes: &[u8]| {
        let digest = crate::image_files::digest(bytes);
        let path = layout.join(path_of(&json!(digest)));
        std::fs::write(path, bytes).unwrap();
        digest
    };
    for layer in manifest["layers"].as_array_mut().unwrap() {
        let tar = zstd::decode_all(read(&path_of(&layer["digest"])).as_slice()).unwrap();
        *layer = json!({
            "mediaType": "application/vnd.oci.image.layer.v1.tar",
            "digest": add(&tar), "size": tar.len(),
        });
    }
    let manifest = manifest.to_string();
    index["manifests"] = json!([{
        "mediaType": "application/vnd.oci.image.manifest.v1+json",
        "digest": add(manifest.as_bytes()), "size": manifest.len(),
        "annotations": { "org.opencontainers.image.ref.name": "plain" },
    }]);
    std::fs::write(layout.join("index.json"), index.to_string()).unwrap();
}
