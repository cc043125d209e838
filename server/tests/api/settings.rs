//! Labels, and the environment of the account.

use serde_json::json;

use crate::bad_input::check;
use crate::support::Server;

#[test]
fn labels_are_added_once_and_taken_away() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "worker", "labels": ["a"] }));
    let add = |label: &str| {
        let path = format!("/v2/box/{id}/config/labels");
        client.post(&path, &json!({ "label": label }))
    };
    assert_eq!(add("team:b").ok(), json!({ "labels": ["a", "team:b"] }));
    assert_eq!(add("team:b").ok(), json!({ "labels": ["a", "team:b"] }));
    let by_name = client.post("/v2/box/worker/config/labels", &json!({ "label": "c" }));
    assert_eq!(by_name.ok(), json!({ "labels": ["a", "team:b", "c"] }));
    let listed = client.get("/v2/box?label=team:b").ok();
    assert_eq!(listed[0]["labels"], json!(["a", "team:b", "c"]));
    let path = format!("/v2/box/{id}/config/labels/team%3Ab");
    assert_eq!(client.delete(&path).ok(), json!({ "labels": ["a", "c"] }));
    assert_eq!(client.delete(&path).ok(), json!({ "labels": ["a", "c"] }));
    assert_eq!(client.get("/v2/box?label=team:b").ok(), json!([]));

    for label in ["d", "e", "f"] {
        add(label).ok();
    }
    let path = format!("/v2/box/{id}/config/labels");
    check(
        &client,
        &[
            (
                "POST",
                &path,
                r#"{"label":"g"}"#,
                400,
                "invalid_argument",
                "more than 5",
            ),
            (
                "POST",
                &path,
                r#"{"label":"a b"}"#,
                400,
                "invalid_argument",
                "a b",
            ),
            (
                "POST",
                &path,
                r#"{"label":7}"#,
                400,
                "invalid_argument",
                "label",
            ),
            ("POST", &path, "", 400, "invalid_argument", "label"),
            (
                "POST",
                "/v2/box/nobody/config/labels",
                r#"{"label":"a"}"#,
                404,
                "box_not_found",
                "nobody",
            ),
        ],
    );
    let shown = client.get(&format!("/v2/box/{id}")).ok();
    assert_eq!(shown["labels"], json!(["a", "c", "d", "e", "f"]));
}

#[test]
fn settings_survive_a_killed_server() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let id = server.client().create(json!({}));
    let path = format!("/v2/box/{id}/config/labels");
    server
        .client()
        .post(&path, &json!({ "label": "kept" }))
        .ok();
    let env = json!({ "value": "of-account" });
    server
        .client()
        .request("PUT", "/v2/box/settings/env/KEPT", &env)
        .ok();
    server.kill_and_restart();
    let client = server.client();
    assert_eq!(
        client.get(&format!("/v2/box/{id}")).ok()["labels"],
        json!(["kept"])
    );
    let later = client.create(json!({}));
    assert_eq!(client.output(&later, "echo $KEPT"), "of-account\n");
}

#[test]
fn the_account_s_environment_reaches_the_boxes_that_are_made_later() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    assert_eq!(
        client.get("/v2/box/settings/env").ok(),
        json!({ "env_vars": {} })
    );
    let before = client.create(json!({}));
    let all = json!({ "env_vars": { "ONE": "account-secret", "TWO": "2", "GONE": "x" } });
    let shown = client.request("PUT", "/v2/box/settings/env", &all).ok();
    let masked =
        json!({ "env_vars": { "GONE": "********", "ONE": "********", "TWO": "********" } });
    assert_eq!(shown, masked);
    let value = json!({ "value": "II" });
    client
        .request("PUT", "/v2/box/settings/env/TWO", &value)
        .ok();
    client.delete("/v2/box/settings/env/GONE").ok();
    client.delete("/v2/box/settings/env/GONE").ok();

    let print = "echo $ONE-$TWO-$GONE-$OWN";
    let own = client.create(json!({ "env_vars": { "ONE": "mine", "OWN": "o" } }));
    assert_eq!(client.output(&own, print), "mine-II--o\n");
    let plain = client.create(json!({}));
    assert_eq!(client.output(&plain, print), "account-secret-II--\n");
    let restored = client.restore(&client.snapshot(&before, "empty"));
    assert_eq!(client.output(&restored, print), "account-secret-II--\n");
    // A box keeps what there was when it was made.
    assert_eq!(client.output(&before, print), "---\n");
    let nothing = json!({ "env_vars": {} });
    assert_eq!(
        client.request("PUT", "/v2/box/settings/env", &nothing).ok(),
        nothing
    );
    assert_eq!(client.output(&plain, print), "account-secret-II--\n");

    let database: Vec<u8> = server
        .names_in(".")
        .iter()
        .filter(|name| name.starts_with("boxes.sqlite"))
        .flat_map(|name| std::fs::read(server.data().join(name)).unwrap())
        .collect();
    let secret = b"account-secret";
    assert!(!database.windows(secret.len()).any(|bytes| bytes == secret));
}

#[test]
fn a_bad_environment_changes_nothing() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let all = "/v2/box/settings/env";
    client
        .request("PUT", all, &json!({ "env_vars": { "A": "1" } }))
        .ok();
    let before = client.get(all).ok();
    let invalid = "invalid_argument";
    check(
        &client,
        &[
            ("PUT", all, "{}", 400, invalid, "env_vars"),
            ("PUT", all, "", 400, invalid, "env_vars"),
            (
                "PUT",
                all,
                r#"{"env_vars":{"B":1}}"#,
                400,
                invalid,
                "env_vars.B",
            ),
            (
                "PUT",
                all,
                r#"{"env_vars":{"B":"1","HOME":"/"}}"#,
                400,
                invalid,
                "HOME",
            ),
            (
                "PUT",
                "/v2/box/settings/env/LD_PRELOAD",
                r#"{"value":"x"}"#,
                400,
                invalid,
                "LD_PRELOAD",
            ),
            (
                "PUT",
                "/v2/box/settings/env/a-b",
                r#"{"value":"x"}"#,
                400,
                invalid,
                "a-b",
            ),
            ("PUT", "/v2/box/settings/env/B", "{}", 400, invalid, "value"),
            (
                "PUT",
                "/v2/box/settings/env/B",
                r#"{"value":"a\u0000"}"#,
                400,
                invalid,
                "NUL",
            ),
            ("POST", all, "{}", 405, "method_not_allowed", "POST"),
        ],
    );
    assert_eq!(client.get(all).ok(), before);
}
