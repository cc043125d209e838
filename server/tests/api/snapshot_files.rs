//! Files of a snapshot, read without a box.

use serde_json::{Value, json};

use crate::support::Server;

#[test]
fn files_of_a_snapshot_are_listed_read_and_downloaded_as_they_were() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir -p dir/deep; printf 'grüß dich\\n' > dir/a.txt; printf '\\000\\377\\376' > b.bin; \
         ln -s dir/a.txt link; ln -s /etc/passwd out; ln -s loop loop; mkfifo pipe",
    );
    let snapshot = client.snapshot(&id, "s");
    client.output(&id, "rm -r dir; echo later > b.bin");
    client.delete(&format!("/v2/box/{id}")).ok();

    let base = format!("/v2/box/snapshots/{snapshot}/files");
    let list = |query: &str| client.get(&format!("{base}/list{query}")).ok()["files"].clone();
    let names = |files: &Value| -> Vec<String> {
        let name = |file: &Value| file["name"].as_str().unwrap().to_owned();
        files.as_array().unwrap().iter().map(name).collect()
    };
    let files = list("");
    assert_eq!(
        names(&files),
        ["b.bin", "dir", "link", "loop", "out", "pipe"]
    );
    assert_eq!(files[0]["path"], "/workspace/home/b.bin");
    assert_eq!(
        (&files[0]["size"], &files[0]["is_dir"]),
        (&json!(3), &json!(false))
    );
    assert_eq!(files[1]["is_dir"], true);
    assert!(files[0]["mod_time"].as_str().unwrap().starts_with("20"));
    assert_eq!(names(&list("?path=dir")), ["a.txt", "deep"]);
    assert_eq!(
        names(&list("?path=%2Fwork%2Fdir%2Fdeep")),
        Vec::<String>::new()
    );
    let root = names(&list("?path=/"));
    assert!(
        root.contains(&"usr".to_owned()) && root.contains(&"etc".to_owned()),
        "{root:?}"
    );
    assert!(names(&list("?path=/usr/bin")).contains(&"env".to_owned()));

    let read = |query: &str| client.get(&format!("{base}/read?{query}")).ok()["content"].clone();
    assert_eq!(read("path=dir/a.txt"), "grüß dich\n");
    assert_eq!(read("path=link&offset=7&length=4"), "dich");
    assert_eq!(read("path=b.bin&encoding=base64"), "AP/+");
    assert!(!read("path=out").as_str().unwrap().is_empty());

    let download = client.get(&format!("{base}/download?path=b.bin"));
    assert_eq!(
        (download.status, download.body.as_slice()),
        (200, &b"\0\xff\xfe"[..])
    );
    assert_eq!(download.header("content-length"), Some("3"));
    assert_eq!(client.get("/v2/box").ok(), json!([]));
}

#[test]
fn errors_are_those_of_a_box_s_files() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir dir; touch file; ln -s loop loop; mkfifo pipe; rm -f gone",
    );
    let snapshot = client.snapshot(&id, "s");
    for base in [
        format!("/v2/box/{id}/files"),
        format!("/v2/box/snapshots/{snapshot}/files"),
    ] {
        let read = |query: &str| client.get(&format!("{base}/read?{query}"));
        read("path=gone").is_error(404, "path_not_found");
        read("path=file/below").is_error(400, "invalid_argument");
        read("path=dir").is_error(400, "invalid_argument");
        read("path=pipe").is_error(400, "invalid_argument");
        read("path=loop").is_error(400, "invalid_argument");
        read("path=").is_error(400, "invalid_argument");
        read("path=../../..").is_error(400, "invalid_argument");
        read("").is_error(400, "invalid_argument");
        read("path=file&encoding=latin1").is_error(400, "invalid_argument");
        read("path=file&length=99999999").is_error(400, "invalid_argument");
    }
    let base = format!("/v2/box/snapshots/{snapshot}/files");
    let get = |rest: &str| client.get(&format!("{base}/{rest}"));
    get("list?path=file").is_error(400, "invalid_argument");
    get("list?path=gone").is_error(404, "path_not_found");
    get("download?path=gone").is_error(404, "path_not_found");
    get("download").is_error(400, "invalid_argument");
    let unknown = "/v2/box/snapshots/snap_none/files";
    for rest in ["list", "read?path=a", "download?path=a"] {
        client
            .get(&format!("{unknown}/{rest}"))
            .is_error(404, "snapshot_not_found");
    }
}

#[test]
fn a_link_of_a_snapshot_leads_only_inside_it() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let secret = server.data().join("host-secret");
    std::fs::write(&secret, "of the host").unwrap();
    client.output(
        &id,
        &format!(
            "ln -s {} absolute; ln -s ../../../../../../../../..{} relative; ln -s / root",
            secret.display(),
            secret.display()
        ),
    );
    let snapshot = client.snapshot(&id, "s");
    let base = format!("/v2/box/snapshots/{snapshot}/files");
    for path in ["absolute", "relative", &format!("root{}", secret.display())] {
        client
            .get(&format!("{base}/read?path={path}"))
            .is_error(404, "path_not_found");
    }
    client
        .get(&format!("{base}/read?path=root/etc/shadow"))
        .is_error(404, "path_not_found");
}
