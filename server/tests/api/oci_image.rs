//! Boxes that start from an OCI image: out of a layout, or from Debian's `docker-registry`.

use std::process::{Command, Stdio};

use serde_json::json;

use crate::archive::{export, import};
use crate::hostile_layers::hostile_layers;
use crate::image_files::{Image, OCI_TAR, file, tar_of, with_content};
use crate::image_tools::{has_program, run};
use crate::registry::Registry;
use crate::support::{Client, Layout, Server, binary};

/// What a box on the image shows of it.
fn check_files(client: &Client, id: &str) {
    let seen = client.output(
        id,
        "cat /etc/motd /kept/file; ls /hidden; cat /hidden/new; ls /bin",
    );
    let expected = "from the second layer\nkept\nnew\nnew\ncat\nenv\nls\nsh\nstat\n";
    assert_eq!(seen, expected);
    let variables = client.output(id, "tool; echo $GREETING $HOME $PWD; sudo cat /etc/motd");
    let expected = "a tool\nhello there /home/boxuser /workspace/home\nfrom the second layer\n";
    assert_eq!(variables, expected);
    let users = client.output(id, "cat /etc/passwd");
    assert!(users.starts_with("boxuser:x:0:0:"), "{users}");
}

/// What a server that can't start says.
pub(crate) fn refusal(image: &str) -> String {
    let data = tempfile::tempdir().unwrap();
    let output = Command::new(binary())
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--image",
            image,
            "--max-import-bytes",
            "10000000",
            "--data",
        ])
        .arg(data.path())
        .stdin(Stdio::null())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let left = std::fs::read_dir(data.path().join("images"));
    let left: Vec<_> = left.into_iter().flatten().flatten().collect();
    assert!(
        left.iter().all(|entry| entry.file_name() == "references"),
        "{left:?}"
    );
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn boxes_start_from_the_image_of_a_layout_and_snapshots_stand_on_it() {
    let layout = Layout::make();
    let Some(mut server) = Server::start_with(&["--image", &layout.argument()]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    check_files(&client, &id);
    client.output(
        &id,
        "echo mine > /etc/motd; echo new > /kept/more; : > /bin/cat",
    );
    let snapshot = client.snapshot(&id, "changed");
    server.kill_and_restart();
    let client = server.client();
    let restored = client.restore(&snapshot);
    assert_eq!(
        client.output(&restored, "ls /kept; IFS= read -r l < /etc/motd; echo $l"),
        "file\nmore\nmine\n"
    );
    check_files(&client, &client.create(json!({})));
    // One image, unpacked once, with nothing of the way here.
    let mut images = server.names_in("images");
    images.sort();
    assert_eq!(images, [layout.digits(), "references"]);
    let mut parts = server.names_in(&format!("images/{}", layout.digits()));
    parts.sort();
    assert_eq!(parts, ["image.json", "layer-0", "layer-1"]);
}

#[test]
fn a_layout_may_be_a_tar_file_and_list_several_machines() {
    let layout = Layout::make().for_many_machines();
    let folder = tempfile::tempdir().unwrap();
    let tar = folder.path().join("image.tar");
    let mut pack = Command::new("tar");
    run(pack
        .arg("-cf")
        .arg(&tar)
        .arg("-C")
        .arg(layout.path())
        .arg("."));
    for image in [
        format!("oci:{}", tar.display()),
        format!("oci:{}:v1", tar.display()),
        format!("oci:{}:v1", layout.path().display()),
    ] {
        let Some(server) = Server::start_with(&["--image", &image]) else {
            return;
        };
        let client = server.client();
        check_files(&client, &client.create(json!({})));
        assert!(
            server
                .names_in("images")
                .contains(&layout.digits().to_owned())
        );
    }
}

#[test]
fn an_image_comes_from_a_registry_once_and_is_then_there_without_it() {
    if !has_program("skopeo") {
        return;
    }
    let Some(registry) = Registry::start(false) else {
        return;
    };
    let layout = Layout::make().for_many_machines();
    let reference = registry.reference("v1");
    run(Command::new("skopeo")
        .args([
            "--insecure-policy",
            "copy",
            "--all",
            "--preserve-digests",
            "--dest-no-creds",
            "--dest-tls-verify=false",
        ])
        .arg(format!("{}:v1", layout.argument()))
        .arg(format!("docker://{reference}")));
    let Some(mut server) = Server::start_with(&["--image", &reference]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    check_files(&client, &id);
    drop(registry);
    server.kill_and_restart();
    let client = server.client();
    check_files(&client, &id);
    assert!(
        server
            .names_in("images")
            .contains(&layout.digits().to_owned())
    );
    let said = refusal(&reference);
    assert!(
        said.contains(&reference) && said.contains("failed"),
        "{said}"
    );
}

#[test]
fn what_is_no_image_for_this_machine_is_refused_with_nothing_left() {
    let damaged = Layout::make();
    let digest = damaged.damage();
    let said = refusal(&damaged.argument());
    assert!(said.contains(&digest) && said.contains("damaged"), "{said}");
    let foreign = Layout::for_machine("s390x");
    let said = refusal(&foreign.argument());
    assert!(
        said.contains("s390x") && said.contains("this machine is"),
        "{said}"
    );
    let said = refusal(&format!("{}:v2", foreign.argument()));
    assert!(said.contains("\"v2\""), "{said}");
    let empty = tempfile::tempdir().unwrap();
    let said = refusal(&format!("oci:{}", empty.path().display()));
    assert!(said.contains("index.json"), "{said}");
    let said = refusal("hosts");
    assert!(
        said.contains("dir:PATH") && said.contains("node:22"),
        "{said}"
    );
}

#[test]
fn hostile_images_are_refused_with_nothing_left() {
    let folder = tempfile::tempdir().unwrap();
    let outside = folder.path().join("outside");
    let outside: &'static str = outside.to_str().unwrap().to_owned().leak();
    let tar = folder.path().join("image.tar");
    let mut bomb = Image::of(&[]);
    let zeros = vec![0; 20_000_000];
    let layer = tar_of(&[with_content("zeros", zeros)]);
    bomb.add_layer(&format!("{OCI_TAR}+gzip"), &layer, Layout::gzip(&layer));
    // Those that lead out and the device; all of them are tried on imports, by the same code.
    let layers = hostile_layers(outside).into_iter().take(12);
    let images = layers.map(|(what, layer)| (what, Image::of(&[vec![file("good", "x")], layer])));
    for (what, image) in images.chain([("a bomb", bomb)]) {
        std::fs::write(&tar, image.archive()).unwrap();
        let said = refusal(&format!("oci:{}", tar.display()));
        assert!(said.contains("image.tar: "), "{what}: {said}");
        assert!(!said.contains("panicked"), "{what}: {said}");
    }
    assert!(!std::path::Path::new(outside).exists());
}

#[test]
fn an_image_that_was_not_finished_is_cleared_away() {
    let data = tempfile::tempdir().unwrap();
    let unfinished = data.path().join("images/unfinished-1/layer-0/root");
    std::fs::create_dir_all(&unfinished).unwrap();
    std::fs::write(unfinished.join("file"), "half").unwrap();
    let Some(server) = Server::start_at(data.path(), &[]) else {
        return;
    };
    assert_eq!(server.names_in("images"), ["references"]);
}

#[test]
fn a_snapshot_comes_in_where_its_image_is_and_nowhere_else() {
    let layout = Layout::make();
    let of_image = ["--image", &layout.argument()];
    let (Some(here), Some(there), Some(other)) = (
        Server::start_with(&of_image),
        Server::start_with(&of_image),
        Server::start(),
    ) else {
        return;
    };
    let client = here.client();
    let id = client.create(json!({}));
    client.output(&id, "echo mine > file");
    let snapshot = client.snapshot(&id, "s");
    let archive = export(&client, &snapshot, "");
    let taken = import(&there.client(), "", &archive).ok();
    let restored = there.client().restore(taken["id"].as_str().unwrap());
    assert_eq!(
        there.client().output(&restored, "cat file /etc/motd"),
        "mine\nfrom the second layer\n"
    );
    let refused = import(&other.client(), "", &archive);
    refused.is_error(409, "conflict");
    assert!(
        refused.text().contains(layout.digits()),
        "{}",
        refused.text()
    );
}

#[test]
fn the_image_s_list_of_authorities_gets_the_server_s_own() {
    let layout = Layout::make();
    let Some(server) = Server::start_with(&["--image", &layout.argument()]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    for list in [
        "/etc/ssl/certs/ca-certificates.crt",
        "/etc/box-server/authorities.pem",
    ] {
        let list = client.output(&id, &format!("cat {list}"));
        assert!(
            list.starts_with("# the image trusts\n-----BEGIN CERTIFICATE"),
            "{list}"
        );
    }
}
