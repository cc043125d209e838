//! Looking at, making, renaming and removing what is at a path of a box.

use serde_json::{Value, json};

use crate::support::{Client, Response, Server};

fn files(client: &Client, id: &str, what: &str, body: Value) -> Response {
    client.post(&format!("/v2/box/{id}/files/{what}"), &body)
}

fn stat(client: &Client, id: &str, query: &str) -> Response {
    client.get(&format!("/v2/box/{id}/files/stat?{query}"))
}

#[test]
fn a_stat_tells_what_is_there_and_whether_it_changed() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "printf 123 > a; ln -s a link; ln -s nowhere gone; mkfifo p; mkdir d",
    );
    for (query, kind) in [
        ("path=a", "file"),
        ("path=d", "directory"),
        ("path=link", "symlink"),
        ("path=link&follow=true", "file"),
        ("path=gone&follow=false", "symlink"),
        ("path=p", "other"),
        ("path=%2Fdev%2Fnull", "other"),
        ("path_base64=YQ%3D%3D", "file"),
    ] {
        let found = stat(&client, &id, query).ok();
        assert_eq!(found["type"], kind, "{query}");
    }
    let before = stat(&client, &id, "path=a").ok();
    assert_eq!(before["size"], 3);
    assert!(before["mod_time"].as_str().unwrap().starts_with("20"));
    assert!(before["inode"].as_u64().unwrap() > 0);
    assert_eq!(stat(&client, &id, "path=a").ok(), before);
    client.output(&id, "printf 456 > a");
    assert_ne!(
        stat(&client, &id, "path=a").ok()["version"],
        before["version"]
    );

    stat(&client, &id, "path=gone&follow=true").is_error(404, "path_not_found");
    stat(&client, &id, "path=a%2Fb").is_error(400, "invalid_argument");
    stat(&client, &id, "path=..%2F..%2F..%2Fetc").is_error(400, "invalid_argument");
    for query in [
        "",
        "path=",
        "path=a&path_base64=YQ%3D%3D",
        "path_base64=%21",
        "path=a&follow=1",
    ] {
        stat(&client, &id, query).is_error(400, "invalid_argument");
    }
}

#[test]
fn directories_are_made_with_or_without_those_above() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let mkdir = |body| files(&client, &id, "mkdir", body);
    mkdir(json!({ "path": "a" })).ok();
    mkdir(json!({ "path": "a" })).is_error(409, "conflict");
    mkdir(json!({ "path": "b/c/d" })).is_error(404, "path_not_found");
    mkdir(json!({ "path": "b/c/d", "parents": true })).ok();
    mkdir(json!({ "path": "b/c/d/", "parents": true })).ok();
    assert_eq!(
        client.output(&id, "touch b/c/d/mine f; stat -c %U b/c/d"),
        "boxuser\n"
    );
    mkdir(json!({ "path": "f", "parents": true })).is_error(400, "invalid_argument");
    mkdir(json!({ "path": "f/x", "parents": null })).is_error(400, "invalid_argument");
    for body in [json!({}), json!({ "path": "" }), json!({ "path": "/../x" })] {
        mkdir(body).is_error(400, "invalid_argument");
    }
}

#[test]
fn a_rename_works_across_layers_and_filesystems() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let rename =
        |from: &str, to: &str| files(&client, &id, "rename", json!({ "from": from, "to": to }));
    client.output(
        &id,
        "mkdir -p d/e full; echo 1 > a; echo 2 > b; echo 3 > d/e/f; touch full/x",
    );
    rename("a", "b").ok();
    assert_eq!(
        client.output(&id, "cat b; ls a 2>&1 || true"),
        "1\nls: cannot access 'a': No such file or directory\n"
    );
    rename("d", "d2").ok();
    assert_eq!(client.output(&id, "cat d2/e/f"), "3\n");
    // From here on the directory lies in a layer, where the kernel can't rename it.
    client.snapshot(&id, "s");
    rename("d2", "/tmp/d3").ok();
    assert_eq!(client.output(&id, "cat /tmp/d3/e/f; ls"), "3\nb\nfull\n");
    rename("b", "/dev/shm/b").ok();
    assert_eq!(client.output(&id, "cat /dev/shm/b"), "1\n");

    rename("missing", "x").is_error(404, "path_not_found");
    rename("full/x", "no/where").is_error(404, "path_not_found");
    rename("/tmp/d3", "full").is_error(409, "conflict");
    rename("full", "full/inside").is_error(400, "invalid_argument");
    rename("/dev", "/devices").is_error(409, "conflict");
    rename("/", "x").is_error(409, "conflict");
    rename("", "x").is_error(400, "invalid_argument");
    assert_eq!(client.output(&id, "ls . full"), ".:\nfull\n\nfull:\nx\n");
}

#[test]
fn removing_a_directory_must_be_meant() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let remove = |body| files(&client, &id, "remove", body);
    client.output(
        &id,
        "mkdir -p d/e empty target; touch d/e/f a target/kept; ln -s target link",
    );
    remove(json!({ "path": "a" })).ok();
    remove(json!({ "path": "a" })).is_error(404, "path_not_found");
    remove(json!({ "path": "d" })).is_error(400, "invalid_argument");
    remove(json!({ "path": "empty", "recursive": null })).is_error(400, "invalid_argument");
    remove(json!({ "path": "empty", "recursive": true })).ok();
    remove(json!({ "path": "d", "recursive": true })).ok();
    remove(json!({ "path": "link", "recursive": true })).ok();
    assert_eq!(
        client.output(&id, "ls -R"),
        ".:\ntarget\n\n./target:\nkept\n"
    );
    remove(json!({ "path": "/", "recursive": true })).is_error(400, "invalid_argument");
    remove(json!({ "path": "/dev/shm", "recursive": true })).is_error(409, "conflict");
}

#[test]
fn names_that_are_no_text_can_be_read_listed_and_removed() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, r"mkdir d; printf x > $(printf 'd/a\377b')");
    let entry = client
        .get(&format!("/v2/box/{id}/files/list?folder=d"))
        .ok()["files"][0]
        .clone();
    assert_eq!(entry["name"], "a\u{fffd}b");
    assert_eq!(entry["path"], "/workspace/home/d/a\u{fffd}b");
    let path = entry["path_base64"].as_str().unwrap().to_owned();
    let query = path
        .replace('/', "%2F")
        .replace('+', "%2B")
        .replace('=', "%3D");
    let get = |what: &str| client.get(&format!("/v2/box/{id}/files/{what}_base64={query}"));
    assert_eq!(get("read?path").ok()["content"], "x");
    assert_eq!(get("download?folder").body, b"x");
    assert_eq!(get("stat?path").ok()["size"], 1);
    files(
        &client,
        &id,
        "rename",
        json!({ "from_base64": path, "to": "d/text" }),
    )
    .ok();
    files(
        &client,
        &id,
        "rename",
        json!({ "from": "d/text", "to_base64": path }),
    )
    .ok();
    files(&client, &id, "remove", json!({ "path_base64": path })).ok();
    assert_eq!(client.output(&id, "ls d"), "");
}

#[test]
fn no_link_and_no_race_leads_out_of_the_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let host = server.data().join("host");
    std::fs::create_dir(&host).unwrap();
    std::fs::write(host.join("kept"), "of the host").unwrap();
    let swap =
        "mkdir real; (while :; do ln -sfn HOST way; ln -sfn real way; done) >/dev/null 2>&1 &";
    client.output(&id, &swap.replace("HOST", host.to_str().unwrap()));
    for _ in 0..50 {
        for (what, body) in [
            ("mkdir", json!({ "path": "way/made" })),
            ("rename", json!({ "from": "way/kept", "to": "way/moved" })),
            ("remove", json!({ "path": "way/kept" })),
            ("remove", json!({ "path": "way/made", "recursive": true })),
        ] {
            let answer = files(&client, &id, what, body);
            assert!(
                [200, 400, 404, 409].contains(&answer.status),
                "{}",
                answer.text()
            );
        }
    }
    let left: Vec<_> = std::fs::read_dir(&host)
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert_eq!(left, ["kept"]);
}

#[test]
fn a_directory_comes_as_a_tar_archive() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir -p d/e; echo one > d/e/f; ln -s e/f d/link; chmod 750 d/e/f",
    );
    let archive = client.get(&format!("/v2/box/{id}/files/archive?folder=d"));
    assert_eq!(archive.status, 200);
    assert_eq!(archive.header("content-type"), Some("application/x-tar"));
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.tar"), &archive.body).unwrap();
    let mut tar = std::process::Command::new("tar");
    assert!(
        tar.args(["-xf", "a.tar"])
            .current_dir(&folder)
            .status()
            .unwrap()
            .success()
    );
    assert_eq!(
        std::fs::read_to_string(folder.path().join("link")).unwrap(),
        "one\n"
    );
    let get = |query: &str| client.get(&format!("/v2/box/{id}/files/archive{query}"));
    assert_eq!(get("").status, 200);
    get("?folder=missing").is_error(404, "path_not_found");
    get("?folder=d%2Fe%2Ff").is_error(404, "path_not_found");
}
