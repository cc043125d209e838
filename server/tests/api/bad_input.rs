//! What the server does not take: a code, a sentence that names the member, and nothing changed.

use serde_json::json;

use crate::support::{Client, Server};

/// Method, path, body; status, code, and a word of the sentence.
pub(crate) type Row<'a> = (&'a str, &'a str, &'a str, u16, &'a str, &'a str);

/// Asserts that each request is refused as its row says.
pub(crate) fn check(client: &Client, table: &[Row<'_>]) {
    for (method, path, body, status, code, word) in table {
        let headers = client.usual_headers();
        let answer = client.send(method, path, &headers, body.as_bytes());
        eprintln!("{method} {path} {body:.60}: {}", answer.text());
        answer.is_error(*status, code);
        let sentence = answer.json()["error"].as_str().unwrap().to_owned();
        assert!(
            sentence.contains(word),
            "{method} {path} {body:.80}: {sentence}"
        );
    }
}

#[test]
fn each_bad_request_is_refused_by_its_code() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "one" }));
    let snapshot = client.snapshot(&id, "first");
    let before = client.get("/v2/box").json();

    let long = "x".repeat(61);
    let long_name = format!(r#"{{"name":"{long}"}}"#);
    let restore = |rest: &str| format!(r#"{{"snapshot_id":"{snapshot}",{rest}}}"#);
    let table: &[Row<'_>] = &[
        // JSON
        ("POST", "/v2/box", "{", 400, "invalid_argument", "JSON"),
        ("POST", "/v2/box", "[]", 400, "invalid_argument", "object"),
        ("POST", "/v2/box", "7", 400, "invalid_argument", "object"),
        ("POST", "/v2/box", "{} {}", 400, "invalid_argument", "JSON"),
        (
            "POST",
            "/v2/box",
            "{\"name\":\"\u{1}\"}",
            400,
            "invalid_argument",
            "JSON",
        ),
        // boxes
        (
            "POST",
            "/v2/box",
            r#"{"name":5}"#,
            400,
            "invalid_argument",
            "name",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"name":""}"#,
            400,
            "invalid_argument",
            "name",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"name":"a\nb"}"#,
            400,
            "invalid_argument",
            "name",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"name":"a/b"}"#,
            400,
            "invalid_argument",
            "name",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"name":"snapshots"}"#,
            400,
            "invalid_argument",
            "name",
        ),
        (
            "POST",
            "/v2/box",
            &long_name,
            400,
            "invalid_argument",
            "name",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"name":"one"}"#,
            409,
            "conflict",
            "one",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"size":"huge"}"#,
            400,
            "invalid_argument",
            "size",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"runtime":"cobol"}"#,
            400,
            "invalid_argument",
            "runtime",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"labels":"a"}"#,
            400,
            "invalid_argument",
            "labels",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"labels":["a b"]}"#,
            400,
            "invalid_argument",
            "labels",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"env_vars":{"PATH":"/x"}}"#,
            400,
            "invalid_argument",
            "PATH",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"env_vars":{"A=B":""}}"#,
            400,
            "invalid_argument",
            "A=B",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"env_vars":{"A":1}}"#,
            400,
            "invalid_argument",
            "env_vars.A",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"agent":"codex"}"#,
            400,
            "invalid_argument",
            "model",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"model":"m"}"#,
            400,
            "invalid_argument",
            "agent",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"agent":"custom"}"#,
            400,
            "invalid_argument",
            "custom_runner",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"agent":"custom","custom_runner":{"command":"/bin/sh"}}"#,
            400,
            "invalid_argument",
            "custom_runner.command",
        ),
        (
            "POST",
            "/v2/box",
            r#"{"browser":true}"#,
            501,
            "unsupported",
            "browser",
        ),
        (
            "POST",
            "/v2/box/from-snapshot",
            "{}",
            400,
            "invalid_argument",
            "snapshot_id",
        ),
        (
            "POST",
            "/v2/box/from-snapshot",
            r#"{"snapshot_id":"snap_none"}"#,
            404,
            "snapshot_not_found",
            "snap_none",
        ),
        (
            "POST",
            "/v2/box/from-snapshot",
            &restore(r#""labels":[1]"#),
            400,
            "invalid_argument",
            "labels[0]",
        ),
        (
            "POST",
            "/v2/box/from-snapshot",
            &restore(r#""name":"one""#),
            409,
            "conflict",
            "one",
        ),
        ("GET", "/v2/box/nobody", "", 404, "box_not_found", "nobody"),
        (
            "GET",
            "/v2/box/nobody/status",
            "",
            404,
            "box_not_found",
            "nobody",
        ),
        (
            "DELETE",
            "/v2/box/nobody",
            "",
            404,
            "box_not_found",
            "nobody",
        ),
        (
            "GET",
            "/v2/box?status=sideways",
            "",
            400,
            "invalid_argument",
            "status",
        ),
        ("DELETE", "/v2/box", "", 400, "invalid_argument", "ids"),
        (
            "DELETE",
            "/v2/box",
            r#"{"ids":[]}"#,
            400,
            "invalid_argument",
            "ids",
        ),
        (
            "DELETE",
            "/v2/box/snapshots",
            "{}",
            400,
            "invalid_argument",
            "ids",
        ),
        // routes
        ("GET", "/v2/nothing", "", 404, "not_found", "/v2/nothing"),
        ("GET", "/nothing", "", 404, "not_found", "/nothing"),
        ("PUT", "/v2/box", "", 405, "method_not_allowed", "PUT"),
        (
            "GET",
            "/v2/box/one/exec",
            "",
            405,
            "method_not_allowed",
            "GET",
        ),
        ("GET", "/v2/box/%FF", "", 400, "invalid_argument", "path"),
    ];
    check(&client, table);

    let mut after = client.get("/v2/box").json();
    for times in ["updated_at", "last_activity_at"] {
        after[0][times] = before[0][times].clone();
    }
    assert_eq!(after, before);
    let snapshots = client.get("/v2/box/one/snapshots").ok();
    assert_eq!(snapshots["snapshots"].as_array().unwrap().len(), 1);
    assert_eq!(client.output("one", "ls -A"), "");
}

#[test]
fn a_body_that_is_too_large_is_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let body = vec![b' '; 3 * 1024 * 1024];
    let answer = client.send("POST", "/v2/box", &client.usual_headers(), &body);
    answer.is_error(413, "too_large");
}
