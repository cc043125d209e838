//! Many files at once, as multipart/form-data.

use serde_json::json;

use crate::support::{Client, KEY, Raw, Response, Server};

const BOUNDARY: &str = "----boundary-of-the-test";

/// A field of the form: name, file name if it is a file, content.
type Field<'a> = (&'a str, Option<&'a str>, &'a [u8]);

fn upload(client: &Client, host: &str, id: &str, fields: &[Field<'_>]) -> Response {
    let mut body = Vec::new();
    for (name, file_name, content) in fields {
        let file_name = file_name
            .map(|name| format!("; filename=\"{name}\""))
            .unwrap_or_default();
        body.extend(
            format!(
                "--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"{file_name}\r\n\r\n"
            )
            .bytes(),
        );
        body.extend_from_slice(content);
        body.extend(b"\r\n");
    }
    body.extend(format!("--{BOUNDARY}--\r\n").bytes());
    let content_type = format!("multipart/form-data; boundary={BOUNDARY}");
    let headers = [
        ("Host", host),
        ("X-Box-Api-Key", KEY),
        ("Content-Type", &content_type),
    ];
    client.send(
        "POST",
        &format!("/v2/box/{id}/files/upload"),
        &headers,
        &body,
    )
}

#[test]
fn files_go_where_the_path_of_their_number_says() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    // One client sends pairs, another all paths first; a file before its path is no mistake.
    for fields in [
        [
            ("paths", None, &b"a/1"[..]),
            ("files", Some("x"), b"one"),
            ("paths", None, b"/tmp/2"),
            ("files", Some("y"), b"\0\xff\r\n"),
        ],
        [
            ("paths", None, b"a/1"),
            ("paths", None, b"/tmp/2"),
            ("files", Some("../../etc/passwd"), b"one"),
            ("files", Some(""), b"\0\xff\r\n"),
        ],
        [
            ("files", Some("/etc/passwd"), b"one"),
            ("files", Some("y"), b"\0\xff\r\n"),
            ("paths", None, b"a/1"),
            ("paths", None, b"/tmp/2"),
        ],
    ] {
        upload(&client, &server.address, &id, &fields).ok();
        assert_eq!(
            client.output(&id, "cat a/1; od -An -tx1 /tmp/2"),
            "one 00 ff 0d 0a\n"
        );
        client.output(&id, "rm a/1 /tmp/2; ! grep ^one /etc/passwd");
    }
}

#[test]
fn an_upload_that_is_wrong_changes_nothing() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "mkdir dir; mkfifo pipe");
    let good: [Field<'_>; 2] = [("paths", None, b"good"), ("files", Some("f"), b"content")];
    let with = |more: &[Field<'static>]| {
        let fields: Vec<_> = good.iter().chain(more).copied().collect();
        upload(&client, &server.address, &id, &fields)
    };
    for more in [
        &[("paths", None, &b"b"[..])][..],
        &[("files", Some("g"), b"more")],
        &[("paths", None, b"../../../x"), ("files", Some("g"), b"")],
        &[("paths", None, b"dir"), ("files", Some("g"), b"")],
        &[("paths", None, b"pipe"), ("files", Some("g"), b"")],
        &[("paths", None, b"dir/"), ("files", Some("g"), b"")],
        &[("paths", None, b"\xff"), ("files", Some("g"), b"")],
    ] {
        with(more).is_error(400, "invalid_argument");
    }
    let too_many: Vec<Field<'_>> = std::iter::repeat_n(good, 11).flatten().collect();
    upload(&client, &server.address, &id, &too_many).is_error(400, "invalid_argument");
    upload(&client, &server.address, &id, &[]).is_error(400, "invalid_argument");
    upload(&client, &server.address, "no-box", &good).is_error(404, "box_not_found");
    let path = format!("/v2/box/{id}/files/upload");
    client
        .post(&path, &json!({}))
        .is_error(400, "invalid_argument");
    assert_eq!(client.output(&id, "ls"), "dir\npipe\n");
}

/// More than the buffers between the two hold, so that it is still on its way when it is refused.
#[test]
fn an_upload_that_is_refused_early_is_told_why() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let large = vec![b'x'; 3 * 1024 * 1024];
    let fields = |path: &'static str| {
        [
            ("paths", None, path.as_bytes()),
            ("files", Some("f"), &large[..]),
        ]
    };
    for _ in 0..10 {
        upload(&client, &server.address, "no-box", &fields("f")).is_error(404, "box_not_found");
        let outside = upload(&client, &server.address, &id, &fields("../../../../../x"));
        outside.is_error(400, "invalid_argument");
    }
    let mut raw = Raw::connect(&server.address);
    let head = |method: &str, more: &str| {
        format!(
            "{method} /v2/box/no-box/files/upload HTTP/1.1\r\nHost: {}\r\n{more}",
            server.address
        )
    };
    raw.send(head(
        "POST",
        &format!(
            "X-Box-Api-Key: wrong\r\nContent-Length: {}\r\n\r\n",
            large.len()
        ),
    ));
    assert!(raw.until("\r\n\r\n").starts_with("HTTP/1.1 401 "));
    raw.send(&large);
    raw.send(head("GET", "Connection: close\r\n\r\n"));
    assert!(
        raw.rest().contains("HTTP/1.1 "),
        "the connection goes on after what was refused"
    );
}

#[test]
fn a_file_may_have_a_hundred_megabytes_and_no_more() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let most = vec![b'x'; 100 * 1024 * 1024 + 1];
    let (fits, _) = most.split_at(most.len() - 1);
    upload(
        &client,
        &server.address,
        &id,
        &[("paths", None, b"big"), ("files", Some("b"), fits)],
    )
    .ok();
    assert_eq!(client.output(&id, "stat -c %s big"), "104857600\n");
    let most_memory = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = most_memory
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(
        kib < 100 * 1024,
        "the server held the file in memory: {line}"
    );
    let answer = upload(
        &client,
        &server.address,
        &id,
        &[("paths", None, b"more"), ("files", Some("b"), &most)],
    );
    answer.is_error(413, "too_large");
    assert_eq!(client.output(&id, "ls"), "big\n");
}
