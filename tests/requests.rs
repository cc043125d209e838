//! Each call of the SDK makes exactly this HTTP request.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use serde_json::{Value as Wire, json};
use upstash_box_wasm::account::Account;
use upstash_box_wasm::json::value::Value;
use upstash_box_wasm::requests::{Request, build, route, routes, unknown_options};

fn value(wire: Wire) -> Value {
    serde_json::from_value(wire).unwrap()
}

fn request(name: &str, arguments: Wire) -> Request<Value> {
    build(route(name).unwrap(), &value(arguments)).unwrap()
}

/// Call, arguments, and the request they make: method, target, body.
fn table() -> Vec<(&'static str, Wire, &'static str, &'static str, Wire)> {
    let everything = json!({
        "name": "n", "labels": ["a", "b"], "size": "large", "runtime": "node", "keepAlive": true,
        "initCommand": "npm start", "env": { "A_B": "1", "cD": "2" }, "ttl": 60, "ephemeral": true,
        "agent": { "harness": "custom", "model": "m", "apiKey": "k", "customHarness": { "command": "run", "args": ["-x"] } },
        "git": { "token": "t", "userName": "u", "userEmail": "e" },
        "attachHeaders": { "api.example.com": { "X_Key": "v" } },
        "networkPolicy": { "mode": "custom", "allowedDomains": ["a.b"], "deniedCidrs": [] },
        "skills": ["o/r"],
        "mcpServers": [{ "name": "fs", "package": "p", "args": ["-y"] }, { "name": "w", "url": "https://w", "headers": { "A_b": "c" } }],
    });
    let everything_wire = json!({
        "name": "n", "labels": ["a", "b"], "size": "large", "runtime": "node", "keep_alive": true,
        "init_command": "npm start", "env_vars": { "A_B": "1", "cD": "2" }, "ttl": 60, "ephemeral": true,
        "agent": "custom", "model": "m", "agent_api_key": "k", "custom_runner": { "command": "run", "args": ["-x"] },
        "github_token": "t", "git_user_name": "u", "git_user_email": "e",
        "attach_headers": { "api.example.com": { "X_Key": "v" } },
        "network_policy": { "mode": "custom", "allowed_domains": ["a.b"], "denied_cidrs": [] },
        "skills": ["o/r"],
        "mcp_servers": [
            { "name": "fs", "source": "npm", "package_or_url": "p", "args": ["-y"] },
            { "name": "w", "source": "url", "package_or_url": "https://w", "headers": { "A_b": "c" } },
        ],
    });
    let with = |mut object: Wire, name: &str, value: Wire| {
        object[name] = value;
        object
    };
    vec![
        ("Box.create", json!({}), "POST", "/v2/box", json!({})),
        (
            "Box.create",
            json!({ "keepAlive": false, "name": null }),
            "POST",
            "/v2/box",
            json!({}),
        ),
        (
            "Box.create",
            everything.clone(),
            "POST",
            "/v2/box",
            everything_wire.clone(),
        ),
        (
            "Box.fromSnapshot",
            with(everything, "snapshotId", json!("snap_1")),
            "POST",
            "/v2/box/from-snapshot",
            with(everything_wire, "snapshot_id", json!("snap_1")),
        ),
        (
            "Box.get",
            json!({ "id": "calm-otter-1" }),
            "GET",
            "/v2/box/calm-otter-1",
            Wire::Null,
        ),
        (
            "Box.get",
            json!({ "id": "a/../b?c#d é" }),
            "GET",
            "/v2/box/a%2F..%2Fb%3Fc%23d%20%C3%A9",
            Wire::Null,
        ),
        ("Box.list", json!({}), "GET", "/v2/box", Wire::Null),
        (
            "Box.list",
            json!({ "label": "x:y", "status": "deleted" }),
            "GET",
            "/v2/box?label=x%3Ay&status=deleted",
            Wire::Null,
        ),
        (
            "Box.delete",
            json!({ "ids": ["a", "b"] }),
            "DELETE",
            "/v2/box",
            json!({ "ids": ["a", "b"] }),
        ),
        (
            "box.delete",
            json!({ "id": "b" }),
            "DELETE",
            "/v2/box/b",
            Wire::Null,
        ),
        (
            "box.getStatus",
            json!({ "id": "b" }),
            "GET",
            "/v2/box/b/status",
            Wire::Null,
        ),
        (
            "box.snapshot",
            json!({ "id": "b", "name": "n" }),
            "POST",
            "/v2/box/b/snapshots",
            json!({ "name": "n" }),
        ),
        (
            "box.snapshot",
            json!({ "id": "b" }),
            "POST",
            "/v2/box/b/snapshots",
            json!({}),
        ),
        (
            "box.snapshot",
            json!({ "id": "b", "labels": ["a"], "expiresIn": 60, "pinned": true }),
            "POST",
            "/v2/box/b/snapshots",
            json!({ "labels": ["a"], "expires_in": 60, "pinned": true }),
        ),
        (
            "Box.listSnapshots",
            json!({}),
            "GET",
            "/v2/box/snapshots",
            Wire::Null,
        ),
        (
            "Box.listSnapshots",
            json!({ "boxId": "b", "label": "x:y", "status": "ready", "limit": "5", "cursor": "c" }),
            "GET",
            "/v2/box/snapshots?box_id=b&label=x%3Ay&status=ready&limit=5&cursor=c",
            Wire::Null,
        ),
        (
            "Box.getSnapshot",
            json!({ "id": "s/1" }),
            "GET",
            "/v2/box/snapshots/s%2F1",
            Wire::Null,
        ),
        (
            "Box.getSnapshot:ready",
            json!({ "id": "s" }),
            "GET",
            "/v2/box/snapshots/s?wait=ready",
            Wire::Null,
        ),
        (
            "Box.updateSnapshot",
            json!({ "id": "s", "name": "n", "labels": [], "expiresIn": 60, "pinned": false }),
            "PATCH",
            "/v2/box/snapshots/s",
            json!({ "name": "n", "labels": [], "expires_in": 60, "pinned": false }),
        ),
        (
            "Box.updateSnapshot",
            json!({ "id": "s", "expiresIn": null, "neverExpires": true }),
            "PATCH",
            "/v2/box/snapshots/s",
            json!({ "expires_in": null }),
        ),
        (
            "Box.updateSnapshot",
            json!({ "id": "s", "neverExpires": false, "pinned": true }),
            "PATCH",
            "/v2/box/snapshots/s",
            json!({ "pinned": true }),
        ),
        (
            "Box.fork",
            json!({ "snapshotId": "s", "count": 3, "name": "n", "env": { "A": "b" } }),
            "POST",
            "/v2/box/from-snapshot",
            json!({ "snapshot_id": "s", "count": 3, "name": "n", "env_vars": { "A": "b" } }),
        ),
        (
            "box.rollback",
            json!({ "id": "a/b", "snapshotId": "s" }),
            "POST",
            "/v2/box/a%2Fb/rollback",
            json!({ "snapshot_id": "s" }),
        ),
        (
            "Box.diffSnapshots",
            json!({ "id": "s", "box": "a b" }),
            "GET",
            "/v2/box/snapshots/s/diff?box=a%20b",
            Wire::Null,
        ),
        (
            "Box.diffSnapshots",
            json!({ "id": "s2", "from": "s1" }),
            "GET",
            "/v2/box/snapshots/s2/diff?from=s1",
            Wire::Null,
        ),
        (
            "Box.snapshotFiles.list",
            json!({ "id": "s" }),
            "GET",
            "/v2/box/snapshots/s/files/list",
            Wire::Null,
        ),
        (
            "Box.snapshotFiles.read",
            json!({ "id": "s", "path": "/etc/a b", "encoding": "base64" }),
            "GET",
            "/v2/box/snapshots/s/files/read?path=%2Fetc%2Fa%20b&encoding=base64",
            Wire::Null,
        ),
        (
            "Box.verifySnapshot",
            json!({ "id": "s" }),
            "POST",
            "/v2/box/snapshots/s/verify",
            Wire::Null,
        ),
        (
            "capabilities",
            json!({}),
            "GET",
            "/v2/capabilities",
            Wire::Null,
        ),
        (
            "Box.snapshotTree",
            json!({ "id": "s" }),
            "GET",
            "/v2/box/snapshots/s/tree",
            Wire::Null,
        ),
        (
            "Box.deleteSnapshots",
            json!({ "ids": ["s"], "dryRun": true }),
            "DELETE",
            "/v2/box/snapshots",
            json!({ "ids": ["s"], "dry_run": true }),
        ),
        (
            "Box.deleteSnapshots:filter",
            json!({ "filter": { "boxId": "b", "label": "l", "olderThanSeconds": 60, "keepLast": 3 } }),
            "DELETE",
            "/v2/box/snapshots",
            json!({ "filter": { "box_id": "b", "label": "l", "older_than_seconds": 60, "keep_last": 3 } }),
        ),
        (
            "Box.deleteSnapshots:all",
            json!({}),
            "DELETE",
            "/v2/box/snapshots?all=true",
            json!({}),
        ),
        (
            "Box.create",
            json!({ "agent": { "runner": "codex" } }),
            "POST",
            "/v2/box",
            json!({ "agent": "codex" }),
        ),
        (
            "Box.create",
            json!({ "agent": { "provider": "codex", "harness": "opencode" } }),
            "POST",
            "/v2/box",
            json!({ "agent": "opencode" }),
        ),
        (
            "box.listSnapshots",
            json!({ "id": "b" }),
            "GET",
            "/v2/box/b/snapshots",
            Wire::Null,
        ),
        (
            "box.deleteSnapshot",
            json!({ "id": "b", "snapshotId": "s/1" }),
            "DELETE",
            "/v2/box/b/snapshots/s%2F1",
            Wire::Null,
        ),
        (
            "Box.deleteSnapshots",
            json!({ "ids": ["s"] }),
            "DELETE",
            "/v2/box/snapshots",
            json!({ "ids": ["s"] }),
        ),
        (
            "box.exec.command",
            json!({ "id": "b", "cwd": "/workspace/home", "command": "ls | wc" }),
            "POST",
            "/v2/box/b/exec",
            json!({ "command": ["sh", "-c", "ls | wc"] }),
        ),
        (
            "box.exec.command",
            json!({ "id": "b", "cwd": "/workspace/home/app", "command": ["ls", "", "-l"] }),
            "POST",
            "/v2/box/b/exec",
            json!({ "command": ["ls", "", "-l"], "folder": "app" }),
        ),
        (
            "box.exec.stream",
            json!({ "id": "b", "cwd": "/workspace/home/app", "command": "x", "folder": "/tmp" }),
            "POST",
            "/v2/box/b/exec-stream",
            json!({ "command": ["sh", "-c", "x"], "folder": "/tmp" }),
        ),
        (
            "box.files.read",
            json!({ "id": "b", "cwd": "/workspace/home/app", "path": "a b.txt", "encoding": "base64" }),
            "GET",
            "/v2/box/b/files/read?path=%2Fworkspace%2Fhome%2Fapp%2Fa%20b.txt&encoding=base64",
            Wire::Null,
        ),
        (
            "box.files.write",
            json!({ "id": "b", "path": "/tmp/x", "content": "" }),
            "POST",
            "/v2/box/b/files/write",
            json!({ "path": "/tmp/x", "content": "" }),
        ),
        (
            "box.files.list",
            json!({ "id": "b", "cwd": "/workspace/home" }),
            "GET",
            "/v2/box/b/files/list",
            Wire::Null,
        ),
        (
            "box.files.list",
            json!({ "id": "b", "cwd": "/workspace/home/app" }),
            "GET",
            "/v2/box/b/files/list?folder=app",
            Wire::Null,
        ),
        (
            "box.files.list",
            json!({ "id": "b", "path": "/work" }),
            "GET",
            "/v2/box/b/files/list?folder=%2Fwork",
            Wire::Null,
        ),
        (
            "box.git.clone",
            json!({ "id": "b", "cwd": "/workspace/home", "repo": "r", "branch": "main", "depth": 1, "token": "t", "folder": "here" }),
            "POST",
            "/v2/box/b/git/clone",
            json!({ "repo": "r", "branch": "main", "depth": 1, "github_token": "t", "folder": "here" }),
        ),
        (
            "box.agent.run",
            json!({
                "id": "b", "prompt": "p", "model": "m", "sessionId": "s", "options": { "maxTurns": 3 },
                "files": [{ "data": "AA==", "mediaType": "image/png", "filename": "f" }], "jsonSchema": { "aB": 1 },
            }),
            "POST",
            "/v2/box/b/run/stream",
            json!({
                "prompt": "p", "model": "m", "session_id": "s", "agent_options": { "maxTurns": 3 },
                "files": [{ "data": "AA==", "media_type": "image/png", "filename": "f" }], "json_schema": { "aB": 1 },
            }),
        ),
        (
            "box.agent.stream",
            json!({ "id": "b", "prompt": "p" }),
            "POST",
            "/v2/box/b/run/stream",
            json!({ "prompt": "p" }),
        ),
    ]
}

/// The rest of the table: call, arguments, method and target, body.
fn rest_of_the_table() -> Vec<(String, Wire, String, String, Wire)> {
    let text = include_str!("sdk_requests.json");
    let rows: Vec<(String, Wire, String, Wire)> = serde_json::from_str(text).unwrap();
    let split = |(name, arguments, line, body): (String, Wire, String, Wire)| {
        let (method, target) = line.split_once(' ').unwrap();
        (name, arguments, method.to_owned(), target.to_owned(), body)
    };
    rows.into_iter().map(split).collect()
}

fn whole_table() -> Vec<(String, Wire, String, String, Wire)> {
    let mut rows = rest_of_the_table();
    for (name, arguments, method, target, body) in table() {
        rows.push((
            name.to_owned(),
            arguments,
            method.to_owned(),
            target.to_owned(),
            body,
        ));
    }
    rows
}

#[test]
fn each_call_makes_exactly_this_request() {
    for (name, arguments, method, target, body) in whole_table() {
        let name = name.as_str();
        let request = request(name, arguments.clone());
        assert_eq!(request.method.as_str(), method, "{name}");
        assert_eq!(request.target, target, "{name}");
        assert_eq!(request.body.unwrap_or_default(), value(body), "{name}");
        assert_eq!(request.repeatable, method != "POST", "{name}");
        assert_eq!(
            unknown_options(route(name).unwrap(), &value(arguments)),
            [""; 0],
            "{name}"
        );
    }
}

#[test]
fn the_table_has_every_row() {
    let tested: Vec<_> = whole_table().into_iter().map(|(name, ..)| name).collect();
    for route in routes() {
        assert!(
            tested.iter().any(|name| name == route.name),
            "{} is not tested",
            route.name
        );
    }
}

#[test]
fn a_form_travels_as_it_is() {
    let account = Account::new("http://127.0.0.1:8787/", "box_key").unwrap();
    let upload = request("box.files.upload", json!({ "id": "b", "form": {} }));
    assert!(upload.is_raw);
    assert_eq!(
        account.headers(&upload).collect::<Vec<_>>(),
        [("X-Box-Api-Key", "box_key")]
    );
}

#[test]
fn headers_are_the_key_and_the_type_of_a_body() {
    let account = Account::new("http://127.0.0.1:8787/", "box_key").unwrap();
    let list = request("Box.list", json!({}));
    assert_eq!(account.url(&list), "http://127.0.0.1:8787/v2/box");
    assert_eq!(
        account.headers(&list).collect::<Vec<_>>(),
        [("X-Box-Api-Key", "box_key")]
    );
    let create = request("Box.create", json!({ "idempotencyKey": "once" }));
    assert_eq!(
        account.headers(&create).collect::<Vec<_>>(),
        [
            ("X-Box-Api-Key", "box_key"),
            ("Content-Type", "application/json"),
            ("Idempotency-Key", "once")
        ]
    );
    assert!(create.repeatable);
    assert_eq!(create.body, Some(value(json!({}))));
}
