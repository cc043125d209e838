//! Limits that the server's user chooses: bodies, calls in a second.

use serde_json::json;

use crate::support::{KEY, Raw, Response, Server, answer_to, wait_until};

#[test]
fn no_body_is_larger_than_the_server_takes() {
    let Some(server) = Server::start_with(&["--max-body-bytes", "100000"]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let large = "x".repeat(100_001);
    for path in [
        "/v2/box".to_owned(),
        "/v2/tokens".to_owned(),
        format!("/v2/box/{id}/files/write"),
        format!("/v2/box/{id}/exec"),
        format!("/v2/box/{id}/run"),
        format!("/v2/box/{id}/files/upload"),
        "/v2/box/snapshots/pull".to_owned(),
    ] {
        let answer = client.post(&path, &json!({ "path": "x", "content": large }));
        answer.is_error(413, "too_large");
    }
    // The length need not be told before.
    let chunked = |path: &str, kind: &str, content: &str| {
        let own = &server.address;
        let size = content.len();
        answer_to(
            own,
            format!(
                "POST {path} HTTP/1.1\r\nHost: {own}\r\nX-Box-Api-Key: {KEY}\r\nContent-Type: {kind}\r\n\
                 Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n{size:x}\r\n{content}\r\n0\r\n\r\n"
            ),
        )
    };
    let write = format!("/v2/box/{id}/files/write");
    let said = chunked(&write, "application/json", &large);
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    let part = "Content-Disposition: form-data; name=\"files\"; filename=\"a\"";
    let form = format!("--b\r\n{part}\r\n\r\n{large}\r\n--b--\r\n");
    let upload = format!("/v2/box/{id}/files/upload");
    let said = chunked(&upload, "multipart/form-data; boundary=b", &form);
    assert!(said.starts_with("HTTP/1.1 413"), "{said}");
    let fits = json!({ "path": "fits", "content": "x".repeat(90_000) });
    client.post(&write, &fits).ok();
    let read = client.get(&format!("/v2/box/{id}/files/read?path=fits"));
    assert_eq!(read.ok()["content"].as_str().unwrap().len(), 90_000);
}

#[test]
fn who_calls_too_often_is_told_when_to_come_back_and_others_are_not_held_up() {
    let Some(server) = Server::start_with(&["--max-calls-per-second", "5"]) else {
        return;
    };
    let client = server.client();
    let made = client.post("/v2/tokens", &json!({ "scopes": ["read"] }));
    let token = made.ok()["token"].as_str().unwrap().to_owned();
    let list = |key: &str| {
        let headers = [("Host", server.address.as_str()), ("X-Box-Api-Key", key)];
        client.send("GET", "/v2/box", &headers, b"")
    };
    let mut refused: Option<Response> = None;
    wait_until("a call to be one too many", || {
        let answer = list(KEY);
        let is_one_too_many = answer.status == 429;
        if is_one_too_many {
            refused = Some(answer);
        }
        is_one_too_many
    });
    let refused = refused.unwrap();
    refused.is_error(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("1"));
    assert_eq!(
        list(&token).status,
        200,
        "a token has an allowance of its own"
    );
    // Those without a key use up nobody's but their own.
    wait_until("wrong keys to be one too many", || {
        list("wrong").status == 429
    });
    assert_eq!(list(&token).status, 200);
    wait_until("the key is welcome again", || list(KEY).status == 200);
    let headers = [("Host", server.address.as_str())];
    for _ in 0..20 {
        assert_eq!(client.send("GET", "/healthz", &headers, b"").status, 200);
    }
}

#[test]
fn transfers_that_nobody_reads_keep_no_other_call_waiting() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    // Far more than a connection holds.
    client.output(&id, "head -c 20000000 /dev/urandom > noise");
    let snapshot = client.snapshot(&id, "s");
    let archive = format!("/v2/box/snapshots/{snapshot}/archive");
    let diff = format!("/v2/box/snapshots/{snapshot}/diff?box={id}");
    let begin = || {
        let mut unread = Raw(client.open("GET", &archive, &client.usual_headers(), b""));
        let head = unread.until("\r\n\r\n");
        assert!(head.starts_with("HTTP/1.1 200"), "{head}");
        unread
    };
    let unread: Vec<Raw> = (0..64).map(|_| begin()).collect();
    let refused = client.get(&archive);
    refused.is_error(429, "rate_limited");
    assert_eq!(refused.header("retry-after"), Some("1"));
    client.get(&diff).is_error(429, "rate_limited");
    let import = "/v2/box/snapshots/import";
    let refused = client.send("POST", import, &client.usual_headers(), b"nothing");
    refused.is_error(429, "rate_limited");
    assert_eq!(client.get("/v2/box").ok().as_array().unwrap().len(), 1);
    assert_eq!(client.output(&id, "echo well"), "well\n");
    drop(unread);
    wait_until("a place for a diff", || client.get(&diff).status == 200);
    wait_until("places for all", || {
        let reads = || Raw(client.open("GET", &archive, &client.usual_headers(), b""));
        let mut reads: Vec<Raw> = (0..64).map(|_| reads()).collect();
        let mut heads = reads.iter_mut().map(|read| read.until("\r\n\r\n"));
        heads.all(|head| head.starts_with("HTTP/1.1 200"))
    });
}
