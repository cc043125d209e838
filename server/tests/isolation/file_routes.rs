//! Every route that takes a path of the box, called with one that was prepared by it.

use std::io::Read;

use serde_json::{Value, json};

use crate::support::{Client, KEY};

/// An answer as it came: one that fails on its way is cut off.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) bytes: Vec<u8>,
}

impl Answer {
    pub(crate) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

fn ask(client: &Client, method: &str, path: &str, body: &Value) -> Answer {
    send(
        client,
        method,
        path,
        &client.usual_headers(),
        body.to_string().as_bytes(),
    )
}

fn send(
    client: &Client,
    method: &str,
    path: &str,
    headers: &[(&str, &str)],
    body: &[u8],
) -> Answer {
    let mut bytes = Vec::new();
    let mut stream = client.open(method, path, headers, body);
    stream.read_to_end(&mut bytes).unwrap();
    // An archive that fails at once is cut off before its head, and tells nothing.
    let status = String::from_utf8_lossy(bytes.get(9..12).unwrap_or(b"0")).into_owned();
    Answer {
        status: status.parse().unwrap(),
        bytes,
    }
}

/// Calls that read: what they answer must hold nothing of the host.
pub(crate) fn reading(client: &Client, id: &str, path: &str) -> Vec<Answer> {
    let encoded = in_query(path);
    let get = |route: &str| {
        ask(
            client,
            "GET",
            &format!("/v2/box/{id}/{route}={encoded}"),
            &Value::Null,
        )
    };
    let clone = json!({ "repo": path, "folder": "taken" });
    let prompt = json!({ "command": ["ls", "-la"], "folder": path });
    vec![
        get("files/read?path"),
        get("files/read?offset=0&length=100&path"),
        get("files/stat?path"),
        get("files/stat?follow=true&path"),
        get("files/list?folder"),
        get("files/download?folder"),
        get("files/archive?path"),
        get("git/diff?folder"),
        get("git/status?folder"),
        ask(client, "POST", &format!("/v2/box/{id}/git/clone"), &clone),
        ask(client, "POST", &format!("/v2/box/{id}/exec"), &prompt),
    ]
}

/// Calls that write: what they change must be the box's own.
pub(crate) fn writing(client: &Client, id: &str, path: &str) -> Vec<Answer> {
    let post = |route: &str, body| ask(client, "POST", &format!("/v2/box/{id}/{route}"), &body);
    let git = |words: &[&str]| json!({ "args": words, "folder": path });
    vec![
        post(
            "files/write",
            json!({ "path": path, "content": "by the box" }),
        ),
        post(
            "files/write",
            json!({ "path": format!("{path}/deeper/file"), "content": "by the box" }),
        ),
        upload(client, id, path),
        post(
            "files/mkdir",
            json!({ "path": format!("{path}/new"), "parents": true }),
        ),
        post("git/exec", git(&["init"])),
        post(
            "files/rename",
            json!({ "from": "/workspace/home/mine", "to": path }),
        ),
        post(
            "files/rename",
            json!({ "from": path, "to": "/workspace/home/taken-away" }),
        ),
        post("files/remove", json!({ "path": path, "recursive": true })),
    ]
}

/// Reading from a snapshot, without the box.
pub(crate) fn reading_snapshot(client: &Client, snapshot: &str, path: &str) -> Vec<Answer> {
    let encoded = in_query(path);
    let routes = ["read?path", "list?folder", "download?folder"];
    let call = |route: &str| {
        ask(
            client,
            "GET",
            &format!("/v2/box/snapshots/{snapshot}/files/{route}={encoded}"),
            &Value::Null,
        )
    };
    routes.into_iter().map(call).collect()
}

fn upload(client: &Client, id: &str, path: &str) -> Answer {
    let boundary = "----boundary-of-the-test";
    let part = |head: &str, content: &str| {
        format!("--{boundary}\r\nContent-Disposition: form-data; {head}\r\n\r\n{content}\r\n")
    };
    let body = [
        part("name=\"paths\"", path),
        part("name=\"files\"; filename=\"../../../file\"", "by the box"),
        format!("--{boundary}--\r\n"),
    ]
    .concat();
    let content_type = format!("multipart/form-data; boundary={boundary}");
    let headers = [
        ("Host", "localhost"),
        ("X-Box-Api-Key", KEY),
        ("Content-Type", content_type.as_str()),
    ];
    let route = format!("/v2/box/{id}/files/upload");
    send(client, "POST", &route, &headers, body.as_bytes())
}

fn in_query(path: &str) -> String {
    path.bytes().map(|byte| format!("%{byte:02X}")).collect()
}

/// Whether an answer holds these words, whatever its form.
pub(crate) fn holds(answer: &Answer, words: &str) -> bool {
    use base64::Engine;
    let body = &answer.bytes;
    let is_in = |body: &[u8], words: &[u8]| body.windows(words.len()).any(|part| part == words);
    // As text, or in base64 at any of its three alignments, without what the neighbours decide.
    let in_base64 = |lead: usize| {
        let led = [&b"xxx"[..lead], words.as_bytes()].concat();
        let text = base64::engine::general_purpose::STANDARD_NO_PAD.encode(led);
        text[4..text.len() - 4].to_owned()
    };
    is_in(body, words.as_bytes()) || (0..3).any(|lead| is_in(body, in_base64(lead).as_bytes()))
}
