//! Files of a box.

use serde_json::json;

use crate::support::Server;

#[test]
fn what_is_written_is_read_whole_in_part_and_downloaded() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let base = format!("/v2/box/{id}/files");
    let write = |body| client.post(&format!("{base}/write"), &body).ok();
    write(json!({ "path": "data/deep/a.txt", "content": "grüß dich\n" }));
    write(json!({ "path": "/tmp/b.bin", "content": "AP/+", "encoding": "base64" }));
    let read = |query: &str| client.get(&format!("{base}/read?{query}")).ok()["content"].clone();
    assert_eq!(read("path=data/deep/a.txt"), "grüß dich\n");
    assert_eq!(
        read("path=%2Fworkspace%2Fhome%2Fdata%2Fdeep%2Fa.txt"),
        "grüß dich\n"
    );
    assert_eq!(
        read("path=%2Fwork%2Fdata%2F..%2Fdata%2Fdeep%2Fa.txt"),
        "grüß dich\n"
    );
    assert_eq!(read("path=%2Ftmp%2Fb.bin&encoding=base64"), "AP/+");
    assert_eq!(read("path=%2Ftmp%2Fb.bin"), "\0\u{fffd}\u{fffd}");
    assert_eq!(read("path=data/deep/a.txt&offset=7&length=4"), "dich");
    assert_eq!(read("path=data/deep/a.txt&length=0"), "");
    assert_eq!(read("path=data/deep/a.txt&offset=100&length=5"), "");
    assert_eq!(read("path=data/deep/a.txt&offset=7"), "grüß dich\n");

    let download = client.get(&format!("{base}/download?folder=%2Ftmp%2Fb.bin"));
    assert_eq!(
        (download.status, download.body.as_slice()),
        (200, &b"\0\xff\xfe"[..])
    );
    assert_eq!(download.header("content-length"), Some("3"));

    // Shorter content leaves nothing of the longer one; the box's user owns what was written.
    write(json!({ "path": "data/deep/a.txt", "content": "x" }));
    assert_eq!(
        client.output(&id, "cat data/deep/a.txt; echo >> data/deep/a.txt"),
        "x"
    );
}

#[test]
fn a_list_is_one_level_sorted_with_absolute_paths() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let list = |query: &str| client.get(&format!("/v2/box/{id}/files/list{query}")).ok();
    assert_eq!(list(""), json!({ "files": [] }));
    client.output(&id, "mkdir b; printf 123 > a; touch b/c; ln -s / link");
    let files = list("")["files"].clone();
    let short: Vec<_> = files
        .as_array()
        .unwrap()
        .iter()
        .map(|file| {
            (
                file["name"].as_str().unwrap(),
                file["is_dir"].as_bool().unwrap(),
            )
        })
        .collect();
    assert_eq!(short, [("a", false), ("b", true), ("link", false)]);
    assert_eq!(files[0]["path"], "/workspace/home/a");
    assert_eq!(files[0]["size"], 3);
    assert!(files[0]["mod_time"].as_str().unwrap().starts_with("20"));
    for query in [
        "?folder=b",
        "?folder=%2Fworkspace%2Fhome%2Fb",
        "?folder=%2Fwork%2Fb",
    ] {
        assert_eq!(list(query)["files"][0]["name"], "c", "{query}");
    }
}

#[test]
fn a_symbolic_link_leads_only_inside_the_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let host_file = server.data().join("host-secret");
    std::fs::write(&host_file, "of the host").unwrap();
    client.output(
        &id,
        &format!(
            "ln -s {} outside; ln -s /etc/hostname inside",
            host_file.display()
        ),
    );
    client
        .get(&format!("/v2/box/{id}/files/read?path=outside"))
        .is_error(404, "path_not_found");
    let body = json!({ "path": host_file.join("x").to_str().unwrap(), "content": "from the box" });
    client
        .post(&format!("/v2/box/{id}/files/write"), &body)
        .ok();
    assert_eq!(std::fs::read_to_string(&host_file).unwrap(), "of the host");
}
