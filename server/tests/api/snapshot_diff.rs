//! What changed between two snapshots, or between a snapshot and a box.

use std::io::Read;

use serde_json::{Value, json};

use crate::support::{Client, Server, wait_until};

/// The changes below the workspace, as `kind path`, with a slash after a directory, then the sizes.
fn changes(client: &Client, path: &str) -> Vec<String> {
    let inside = |change: &Value| {
        change["path"]
            .as_str()
            .unwrap()
            .starts_with("/workspace/home")
    };
    lines(client, path)
        .iter()
        .filter(|change| inside(change))
        .map(words)
        .collect()
}

fn words(change: &Value) -> String {
    let path = change["path"].as_str().unwrap();
    let path = path.strip_prefix("/workspace/home/").unwrap_or(path);
    let kind = change["kind"].as_str().unwrap();
    let slash = if change["is_dir"] == true { "/" } else { "" };
    let size = |name: &str| change.get(name).map_or("-".to_owned(), Value::to_string);
    format!(
        "{kind} {path}{slash} {} {}",
        size("size_before"),
        size("size_after")
    )
}

fn lines(client: &Client, path: &str) -> Vec<Value> {
    let answer = client.get(path);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    answer
        .text()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn a_diff_tells_what_was_added_modified_and_removed() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir kept gone; printf 12345 > kept/grows; echo same > kept/same; echo x > gone/inner; \
         printf 123 > mode; ln -s a link; echo file > becomes-dir; mkdir becomes-file; \
         echo moved > old-name; printf abc > same-size; touch -d 2020-02-02 kept/touched",
    );
    let first = client.snapshot(&id, "first");
    client.output(
        &id,
        "printf 1234567 > kept/grows; rm -r gone; chmod 600 mode; ln -sfn b link; rm becomes-dir; \
         mkdir becomes-dir; echo new > becomes-dir/new; rmdir becomes-file; echo > becomes-file; \
         mv old-name new-name; printf xyz > same-size; touch kept/touched; \
         cp kept/same copy; cp copy kept/same; mkfifo pipe",
    );
    let second = client.snapshot(&id, "second");
    let expected = [
        "modified becomes-dir/ 5 -",
        "added becomes-dir/new - 4",
        "modified becomes-file - 1",
        "added copy - 5",
        "removed gone/ - -",
        "removed gone/inner 2 -",
        "modified kept/grows 5 7",
        "modified link - -",
        "modified mode 3 3",
        "added new-name - 6",
        "removed old-name 6 -",
        "added pipe - -",
        "modified same-size 3 3",
    ];
    let path = format!("/v2/box/snapshots/{second}/diff?from={first}");
    assert_eq!(changes(&client, &path), expected);
    // The other way around.
    let back = format!("/v2/box/snapshots/{first}/diff?from={second}");
    let back = changes(&client, &back);
    assert_eq!(back.len(), expected.len());
    assert!(
        back.contains(&"removed new-name 6 -".to_owned()),
        "{back:?}"
    );
    assert!(
        back.contains(&"added gone/inner - 2".to_owned()),
        "{back:?}"
    );
    // With itself.
    let same = format!("/v2/box/snapshots/{first}/diff?from={first}");
    assert_eq!(lines(&client, &same), Vec::<Value>::new());
}

#[test]
fn a_directory_that_was_made_anew_hides_what_was_in_it() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir -p dir/deep; echo 1 > dir/deep/a; echo 2 > dir/b",
    );
    let first = client.snapshot(&id, "first");
    client.output(&id, "rm -r dir; mkdir dir; echo 2 > dir/b; echo 3 > dir/c");
    let second = client.snapshot(&id, "second");
    client.output(&id, "rm -r dir");
    client.snapshot(&id, "gone");
    client.output(&id, "mkdir dir; echo 2 > dir/b");
    let last = client.snapshot(&id, "last");
    let diff = |to: &str, from: &str| {
        changes(&client, &format!("/v2/box/snapshots/{to}/diff?from={from}"))
    };
    assert_eq!(
        diff(&second, &first),
        [
            "added dir/c - 2",
            "removed dir/deep/ - -",
            "removed dir/deep/a 2 -"
        ]
    );
    assert_eq!(diff(&last, &second), ["removed dir/c 2 -"]);
}

#[test]
fn a_box_is_compared_as_it_is_now() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "live" }));
    client.output(&id, "echo 1 > a; echo 1 > b; mkdir d; touch d/e");
    let snapshot = client.snapshot(&id, "s");
    let path = format!("/v2/box/snapshots/{snapshot}/diff?box=live");
    assert_eq!(lines(&client, &path), Vec::<Value>::new());
    client.output(
        &id,
        "echo 22 > a; rm b; touch c; rm d/e; setsid sleep 72345 >/dev/null 2>&1 &",
    );
    let expected = [
        "modified a 2 3",
        "removed b 2 -",
        "added c - 0",
        "removed d/e 0 -",
    ];
    assert_eq!(changes(&client, &path), expected);
    assert!(Server::is_process_alive("sleep 72345"));
    // Another box, which never saw the snapshot.
    let other = client.create(json!({}));
    let path = format!("/v2/box/snapshots/{snapshot}/diff?box={other}");
    assert_eq!(
        changes(&client, &path),
        [
            "removed a 2 -",
            "removed b 2 -",
            "removed d/ - -",
            "removed d/e 0 -"
        ]
    );
}

#[test]
fn a_file_of_the_host_s_usr_differs_only_when_it_was_changed() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let first = client.snapshot(&id, "first");
    client.output(
        &id,
        "mkdir -p /usr/local/lib/mine && echo 1 > /usr/local/lib/mine/file",
    );
    let paths = |query: &str| -> Vec<String> {
        lines(&client, &format!("/v2/box/snapshots/{query}"))
            .iter()
            .map(words)
            .collect()
    };
    assert_eq!(
        paths(&format!("{first}/diff?box={id}")),
        [
            "added /usr/local/lib/mine/ - -",
            "added /usr/local/lib/mine/file - 2"
        ]
    );
    let second = client.snapshot(&id, "second");
    // The host's own files can be replaced only where the server may map their owners.
    if client.sh(&id, "chmod 700 /usr/bin/env")["exit_code"] == 0 {
        client.output(&id, "touch /usr/bin/printf; rm /usr/bin/yes");
        let third = client.snapshot(&id, "third");
        let found = paths(&format!("{third}/diff?from={second}"));
        let found: Vec<&str> = found
            .iter()
            .filter_map(|line| line.rsplitn(3, ' ').nth(2))
            .collect();
        assert_eq!(found, ["modified /usr/bin/env", "removed /usr/bin/yes"]);
    }
}

#[test]
fn a_name_that_is_no_text_is_told_in_base64() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let first = client.snapshot(&id, "first");
    client.output(&id, "touch \"$(printf 'a\\377b')\" 'line\nbreak'");
    let second = client.snapshot(&id, "second");
    let found = lines(
        &client,
        &format!("/v2/box/snapshots/{second}/diff?from={first}"),
    );
    let file = |name: &str| {
        let named = |line: &&Value| line["path"] == format!("/workspace/home/{name}");
        found
            .iter()
            .find(named)
            .unwrap_or_else(|| panic!("{name}: {found:?}"))
    };
    assert_eq!(
        file("a\u{fffd}b")["path_base64"],
        "L3dvcmtzcGFjZS9ob21lL2H/Yg=="
    );
    assert_eq!(file("line\nbreak").get("path_base64"), None);
}

#[test]
fn a_diff_between_unrelated_boxes_covers_all_that_they_hold() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let snapshot = |command: &str| {
        let id = client.create(json!({}));
        client.output(&id, command);
        client.snapshot(&id, "s")
    };
    let one = snapshot("echo 1 > one; echo same > both");
    let two = snapshot("echo 1 > two; echo same > both");
    let path = format!("/v2/box/snapshots/{two}/diff?from={one}");
    assert_eq!(
        changes(&client, &path),
        ["removed one 2 -", "added two - 2"]
    );
}

#[test]
fn merged_layers_make_no_difference() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "mkdir d; echo 1 > d/a; echo 1 > d/b");
    let first = client.snapshot(&id, "first");
    for number in 0..18 {
        client.output(&id, &format!("echo {number} > file; rm -f d/b"));
        client.snapshot(&id, "s");
    }
    let merged = || {
        server
            .names_in("layers")
            .iter()
            .any(|name| name.starts_with("merged"))
    };
    wait_until("the layers to be merged", merged);
    let last = client.snapshot(&id, "last");
    let path = format!("/v2/box/snapshots/{last}/diff?from={first}");
    assert_eq!(
        changes(&client, &path),
        ["removed d/b 2 -", "added file - 3"]
    );
}

#[test]
fn a_diff_of_the_deepest_tree_is_told() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let first = client.snapshot(&id, "first");
    let deepest = "a/".repeat(2000);
    client.output(&id, &format!("mkdir -p {deepest}; echo 1 > {deepest}file"));
    let second = client.snapshot(&id, "second");
    let path = format!("/v2/box/snapshots/{second}/diff?from={first}");
    assert_eq!(changes(&client, &path).len(), 2001);
    let verified = client.post(&format!("/v2/box/snapshots/{second}/verify"), &json!({}));
    assert_eq!(verified.ok()["files"], 1);
}

#[test]
fn a_diff_needs_two_sides_that_exist() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = client.snapshot(&id, "s");
    let diff = |query: &str| client.get(&format!("/v2/box/snapshots/{query}"));
    diff(&format!("{snapshot}/diff")).is_error(400, "invalid_argument");
    diff(&format!("{snapshot}/diff?from={snapshot}&box={id}")).is_error(400, "invalid_argument");
    diff(&format!("{snapshot}/diff?from=snap_none")).is_error(404, "snapshot_not_found");
    diff(&format!("snap_none/diff?from={snapshot}")).is_error(404, "snapshot_not_found");
    diff(&format!("{snapshot}/diff?box=none")).is_error(404, "box_not_found");
}

#[test]
fn layers_stay_while_a_diff_reads_them_and_go_when_nobody_reads_on() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let first = client.snapshot(&id, "first");
    // Far more lines than the connection holds.
    let long = "x".repeat(200);
    client.output(
        &id,
        &format!("mkdir {long}; cd {long}; seq -f '%.0f{long}' 1 40000 | xargs touch"),
    );
    let second = client.snapshot(&id, "second");
    let path = format!("/v2/box/snapshots/{second}/diff?from={first}");
    let mut stream = client.open("GET", &path, &client.usual_headers(), b"");
    let mut beginning = [0; 1000];
    stream.read_exact(&mut beginning).unwrap();
    client.delete(&format!("/v2/box/{id}")).ok();
    client.delete("/v2/box/snapshots?all=true").ok();
    assert_eq!(server.names_in("layers").len(), 1);
    client.get(&path).is_error(404, "snapshot_not_found");
    drop(stream);
    wait_until("the layer to go", || server.names_in("layers").is_empty());
}
