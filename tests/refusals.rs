//! Arguments that make no request are refused by name.
#![allow(clippy::unwrap_used, reason = "a test may panic")]

use serde_json::{Value as Wire, json};
use upstash_box_wasm::json::value::Value;
use upstash_box_wasm::requests::{build, route, unknown_options};

fn value(wire: Wire) -> Value {
    serde_json::from_value(wire).unwrap()
}

fn refusal(name: &str, arguments: Wire) -> String {
    let error = build(route(name).unwrap(), &value(arguments)).unwrap_err();
    assert_eq!(error.code.as_str(), "invalid_argument");
    error.message.clone()
}

#[test]
fn what_is_not_as_it_must_be_is_refused_by_name() {
    for (name, arguments, sentence) in [
        (
            "Box.get",
            json!({}),
            "Box.get: argument `id` must be a string that is not empty, \".\" or \"..\".",
        ),
        ("Box.get", json!({ "id": ".." }), "argument `id`"),
        ("Box.get", json!({ "id": "." }), "argument `id`"),
        ("Box.get", json!({ "id": "" }), "argument `id`"),
        ("Box.get", json!({ "id": "a\nb" }), "argument `id`"),
        (
            "box.skills.remove",
            json!({ "id": "b", "skill": "o/../s" }),
            "argument `skill` must be names with slashes between them, like `owner/repo/skill`.",
        ),
        (
            "box.skills.add",
            json!({ "id": "b", "skill": "o//s" }),
            "option `skill`",
        ),
        (
            "box.skills.add",
            json!({ "id": "b", "skill": "o/s/" }),
            "option `skill`",
        ),
        (
            "box.deletePublicURL",
            json!({ "id": "b", "port": "80" }),
            "argument `port` must be a whole number, 0 or more.",
        ),
        (
            "Box.create",
            json!({ "name": 3 }),
            "Box.create: option `name` must be a string that is not empty.",
        ),
        (
            "Box.create",
            json!({ "labels": "a" }),
            "option `labels` must be an array of strings.",
        ),
        (
            "Box.create",
            json!({ "labels": ["a", 1] }),
            "option `labels`",
        ),
        (
            "Box.create",
            json!({ "env": { "A": 1 } }),
            "option `env` must be an object whose values are strings.",
        ),
        (
            "Box.create",
            json!({ "keepAlive": "yes" }),
            "option `keepAlive` must be true or false.",
        ),
        (
            "Box.create",
            json!({ "ttl": 1.5 }),
            "option `ttl` must be a whole number, 0 or more.",
        ),
        ("Box.create", json!({ "ttl": -1 }), "option `ttl`"),
        (
            "Box.create",
            json!({ "agent": { "harness": 1 } }),
            "option `agent.harness`",
        ),
        (
            "Box.create",
            json!({ "mcpServers": [{ "name": "x" }] }),
            "option `mcpServers`",
        ),
        (
            "Box.create",
            json!({ "mcpServers": [{ "name": "x", "url": "u", "package": "p" }] }),
            "option `mcpServers`",
        ),
        (
            "Box.create",
            json!({ "idempotencyKey": "a\r\nX: y" }),
            "option `idempotencyKey` must be a string of ASCII that is not empty.",
        ),
        (
            "Box.create",
            json!({ "idempotencyKey": "ключ" }),
            "option `idempotencyKey`",
        ),
        (
            "box.snapshot",
            json!({ "id": "b", "idempotencyKey": "" }),
            "option `idempotencyKey`",
        ),
        ("Box.fromSnapshot", json!({}), "option `snapshotId`"),
        (
            "Box.delete",
            json!({ "ids": [] }),
            "option `ids` must be an array of at least one string that is not empty.",
        ),
        ("Box.delete", json!({ "ids": [""] }), "option `ids`"),
        ("Box.deleteSnapshots", json!({}), "option `ids`"),
        (
            "Box.deleteSnapshots:filter",
            json!({ "filter": "all" }),
            "option `filter` must be an object.",
        ),
        (
            "Box.updateSnapshot",
            json!({ "id": "s", "pinned": "yes" }),
            "option `pinned` must be true or false.",
        ),
        (
            "box.snapshot",
            json!({ "id": "b", "expiresIn": -1 }),
            "option `expiresIn`",
        ),
        (
            "box.exec.command",
            json!({ "id": "b", "command": "" }),
            "option `command`",
        ),
        (
            "box.exec.command",
            json!({ "id": "b", "command": [] }),
            "option `command`",
        ),
        (
            "box.exec.command",
            json!({ "id": "b", "command": ["", "x"] }),
            "option `command`",
        ),
        (
            "box.files.read",
            json!({ "id": "b", "path": "" }),
            "option `path`",
        ),
        (
            "box.files.write",
            json!({ "id": "b", "path": "p" }),
            "option `content` must be a string.",
        ),
        ("box.agent.run", json!({ "id": "b" }), "option `prompt`"),
    ] {
        let message = refusal(name, arguments);
        assert!(message.contains(sentence), "{message}");
    }
}

#[test]
fn options_that_nobody_knows_are_named() {
    let create = route("Box.create").unwrap();
    let arguments = value(
        json!({ "nmae": "x", "agent": { "harness": "a", "modle": "m" }, "git": {}, "gone": null }),
    );
    assert_eq!(unknown_options(create, &arguments), ["agent.modle", "nmae"]);
    // The snapshot belongs to the other call.
    assert_eq!(
        unknown_options(create, &value(json!({ "snapshotId": "s" }))),
        ["snapshotId"]
    );
}
