//! What comes in is checked: archives that are hostile, damaged or of another kind are refused with a
//! sentence, and nothing of them is left.

use std::io::Write;

use serde_json::{Value, json};

use crate::archive::{blob, export, files, import, imported};
use crate::hostile_layers::hostile_layers;
use crate::image_files::{
    Entry, Files, Image, OCI_TAR, archive_of, digest, directory, file, hard_link, link, tar_of,
};
use crate::support::{Server, wait_until};

/// Asserts that nothing is left of an import.
fn nothing_is_left(server: &Server) {
    assert!(server.names_in("imports").is_empty());
    assert!(server.names_in("layers").is_empty());
    let snapshots = server.client().get("/v2/box/snapshots").ok();
    assert_eq!(snapshots["snapshots"], json!([]));
}

fn is_refused(server: &Server, what: &str, archive: &[u8]) {
    let answer = import(&server.client(), "?allow_other_base=true", archive);
    assert_eq!(answer.status, 400, "{what}: {}", answer.text());
    answer.is_error(400, "invalid_archive");
    nothing_is_left(server);
}

#[test]
fn hostile_layers_are_refused_and_nothing_of_them_is_left() {
    let Some(server) = Server::start() else {
        return;
    };
    let outside = server.data().join("outside");
    let outside: &'static str = outside.to_str().unwrap().to_owned().leak();
    let of_the_host: Vec<(&str, Vec<Entry>)> = vec![
        ("a part of the image as a link", vec![link("usr", "/")]),
        ("a part of the image removed", vec![file(".wh.usr", "")]),
        ("the root emptied", vec![file(".wh..wh..opq", "")]),
    ];
    for (what, entries) in hostile_layers(outside).into_iter().chain(of_the_host) {
        is_refused(
            &server,
            what,
            &Image::of(&[vec![file("good", "x")], entries]).archive(),
        );
    }
    assert!(!std::path::Path::new(outside).exists());
}

#[test]
fn damaged_archives_are_refused_and_nothing_of_them_is_left() {
    let Some(server) = Server::start() else {
        return;
    };
    let image = || Image::of(&[vec![file("good", "x")]]);
    let whole = image().archive();
    is_refused(&server, "nothing", b"");
    is_refused(&server, "no archive", &b"no archive".repeat(1000));
    for length in [512, whole.len() / 2, whole.len() - 1024] {
        is_refused(&server, "a part", &whole[..length]);
    }
    let spoiled = |spoil: &dyn Fn(&mut Files)| {
        let mut files = image().files();
        spoil(&mut files);
        archive_of(&files)
    };
    is_refused(
        &server,
        "other bytes",
        &spoiled(&|files| files[0].1[600] ^= 1),
    );
    is_refused(
        &server,
        "a blob twice",
        &spoiled(&|files| {
            let again = files[0].clone();
            files.push(again);
        }),
    );
    is_refused(
        &server,
        "a bad name",
        &spoiled(&|files| files[0].0 = "blobs/sha256/abc".into()),
    );
    is_refused(
        &server,
        "a way out",
        &spoiled(&|files| files[0].0 = "blobs/../../x".into()),
    );
    is_refused(
        &server,
        "no manifest",
        &spoiled(&|files| drop(files.remove(2))),
    );
    is_refused(
        &server,
        "no index",
        &spoiled(&|files| drop(files.remove(3))),
    );
    is_refused(&server, "no layout", &spoiled(&|files| drop(files.pop())));
    is_refused(
        &server,
        "another layout",
        &spoiled(&|files| {
            files[4].1 = br#"{"imageLayoutVersion":"2.0.0"}"#.to_vec();
        }),
    );
    is_refused(
        &server,
        "no JSON",
        &spoiled(&|files| files[3].1 = b"{".to_vec()),
    );
    is_refused(
        &server,
        "deep JSON",
        &spoiled(&|files| files[3].1 = b"[".repeat(100_000)),
    );
    is_refused(
        &server,
        "two images",
        &spoiled(&|files| {
            let mut index: Value = serde_json::from_slice(&files[3].1).unwrap();
            let manifest = index["manifests"][0].clone();
            index["manifests"].as_array_mut().unwrap().push(manifest);
            files[3].1 = index.to_string().into_bytes();
        }),
    );

    let mut kind = image();
    kind.layers[0]["mediaType"] = json!("application/vnd.oci.image.layer.v1.tar+lz4");
    is_refused(&server, "an unknown kind of layer", &kind.archive());
    let mut kind = image();
    kind.manifest_type = "application/vnd.oci.image.index.v1+json";
    is_refused(&server, "an index in an index", &kind.archive());
    let mut size = image();
    size.layers[0]["size"] = json!(1);
    is_refused(&server, "a wrong size", &size.archive());
    let mut other = image();
    other.diff_ids[0] = digest(b"something else");
    is_refused(&server, "another tar file", &other.archive());
    let mut more = image();
    more.diff_ids.push(digest(b"more"));
    is_refused(&server, "more layers than there are", &more.archive());
    let mut zstd = Image::of(&[]);
    let tar = tar_of(&[file("good", "x")]);
    let mut packed = zstd::encode_all(tar.as_slice(), 3).unwrap();
    packed.truncate(packed.len() / 2);
    zstd.add_layer("application/vnd.oci.image.layer.v1.tar+zstd", &tar, packed);
    is_refused(&server, "half of a compressed layer", &zstd.archive());
}

#[test]
fn more_than_the_server_takes_is_refused() {
    let Some(server) = Server::start_with(&["--max-import-bytes", "1000000"]) else {
        return;
    };
    let mut bomb = Image::of(&[]);
    let tar = tar_of(&[file("zeros", &"\0".repeat(2_000_000))]);
    let packed = zstd::encode_all(tar.as_slice(), 3).unwrap();
    assert!(packed.len() < 10_000);
    bomb.add_layer("application/vnd.oci.image.layer.v1.tar+zstd", &tar, packed);
    let answer = import(&server.client(), "?allow_other_base=true", &bomb.archive());
    answer.is_error(413, "too_large");
    nothing_is_left(&server);
    let plain = Image::of(&[vec![file("zeros", &"\0".repeat(2_000_000))]]);
    let answer = import(&server.client(), "?allow_other_base=true", &plain.archive());
    answer.is_error(413, "too_large");
    nothing_is_left(&server);
}

#[test]
fn an_image_of_another_tool_comes_in_when_that_is_wanted() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let lower = vec![
        file("workspace/home/d/kept", "kept"),
        file("workspace/home/d/gone", "gone"),
        file("workspace/home/hidden/a", "a"),
        file("workspace/home/replaced/a", "a"),
        file("usr/local/bin/tool", "#!/bin/sh\necho it works\n"),
        file("tmp/made", "x"),
    ];
    let upper = vec![
        file("workspace/home/d/.wh.gone", ""),
        directory("workspace/home/hidden"),
        file("workspace/home/hidden/.wh..wh..opq", ""),
        file("workspace/home/hidden/b", "b"),
        file("workspace/home/.wh.replaced", ""),
        directory("workspace/home/replaced"),
        file("workspace/home/replaced/b", "b"),
        file("workspace/home/twice", "first"),
        file("workspace/home/twice", "second"),
        link("workspace/home/out", "../../../etc/passwd"),
        hard_link("workspace/home/again", "workspace/home/d/kept"),
    ];
    let mut image = Image::of(&[]);
    let tar = tar_of(&lower);
    let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    gzip.write_all(&tar).unwrap();
    let packed = gzip.finish().unwrap();
    image.add_layer(
        "application/vnd.docker.image.rootfs.diff.tar.gzip",
        &tar,
        packed,
    );
    let tar = tar_of(&upper);
    image.add_layer(OCI_TAR, &tar, tar.clone());
    image.manifest_type = "application/vnd.docker.distribution.manifest.v2+json";
    let archive = image.archive();

    let refused = import(&client, "", &archive);
    refused.is_error(409, "conflict");
    assert!(
        refused.text().contains("allow_other_base"),
        "{}",
        refused.text()
    );
    nothing_is_left(&server);

    let snapshot = imported(&client, "?allow_other_base=true&name=theirs", &archive);
    assert_eq!(
        (&snapshot["name"], &snapshot["status"]),
        (&json!("theirs"), &json!("ready"))
    );
    let id = client.restore(snapshot["id"].as_str().unwrap());
    assert_eq!(
        client.output(&id, "ls d hidden replaced"),
        "d:\nkept\n\nhidden:\nb\n\nreplaced:\nb\n"
    );
    assert_eq!(
        client.output(&id, "cat twice again; tool"),
        "secondkeptit works\n"
    );
    assert_eq!(
        client.output(&id, "readlink out; stat -c %a /tmp /etc"),
        "../../../etc/passwd\n1777\n755\n"
    );
    // What comes out again is the same tree.
    let again = export(&client, snapshot["id"].as_str().unwrap(), "");
    let again = client.restore(imported(&client, "", &again)["id"].as_str().unwrap());
    assert_eq!(
        client.output(&again, "ls; cat twice again; tool"),
        client.output(&id, "ls; cat twice again; tool")
    );
}

#[test]
fn rules_for_names_and_labels_hold() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let archive = Image::of(&[vec![file("good", "x")]]).archive();
    for query in [
        "name=",
        "labels=a%20b",
        "labels=1,2,3,4,5,6",
        "allow_other_base=maybe",
    ] {
        import(&client, &format!("?{query}"), &archive).is_error(400, "invalid_argument");
    }
    let mut labelled = Image::of(&[vec![file("good", "x")]]);
    labelled.labels = json!({ "com.upstash.box.agent": "{\"runtime\":\"cobol\"}" });
    is_refused(&server, "an agent that can't be", &labelled.archive());
}

#[test]
fn an_archive_says_what_it_is_in_the_words_of_image_tools() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo 1 > a");
    let snapshot = client.snapshot(&id, "after-setup");
    let files = files(&export(&client, &snapshot, ""));
    let index: Value = serde_json::from_slice(&files["index.json"]).unwrap();
    let manifest: Value = serde_json::from_slice(blob(&files, &index["manifests"][0])).unwrap();
    let configuration: Value = serde_json::from_slice(blob(&files, &manifest["config"])).unwrap();
    assert_eq!(
        manifest["annotations"]["org.opencontainers.image.title"],
        "after-setup"
    );
    assert_eq!(
        manifest["layers"][0]["mediaType"],
        "application/vnd.oci.image.layer.v1.tar+zstd"
    );
    let labels = &configuration["config"]["Labels"];
    assert_eq!(labels["com.upstash.box.snapshot"], json!(snapshot));
    assert_eq!(labels["com.upstash.box.box"], json!(id));
    assert!(
        labels["com.upstash.box.base"]
            .as_str()
            .unwrap()
            .starts_with("host ")
    );
    let tar = zstd::decode_all(blob(&files, &manifest["layers"][0])).unwrap();
    assert_eq!(configuration["rootfs"]["diff_ids"], json!([digest(&tar)]));
    wait_until("the import's place to be empty", || {
        server.names_in("imports").is_empty()
    });
}
