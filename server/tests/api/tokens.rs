//! Tokens: what they open, what they don't, and how they end.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Server, wait_until};

/// Sends a call with a token in place of the key.
fn with(server: &Server, token: &str, method: &str, path: &str, body: &Value) -> u16 {
    let headers = [
        ("Host", server.address.as_str()),
        ("X-Box-Api-Key", token),
        ("Content-Type", "application/json"),
    ];
    let body = body.to_string();
    let answer = server
        .client()
        .send(method, path, &headers, body.as_bytes());
    if answer.status == 401 || answer.status == 403 {
        let code = if answer.status == 401 {
            "unauthorized"
        } else {
            "forbidden"
        };
        answer.is_error(answer.status, code);
    }
    answer.status
}

fn token(server: &Server, request: Value) -> (String, String) {
    let made = server.client().post("/v2/tokens", &request).ok();
    let text = |member: &str| made[member].as_str().unwrap().to_owned();
    (text("id"), text("token"))
}

#[test]
fn a_token_does_what_its_scopes_say_and_nothing_else() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (own, other) = (client.create(json!({})), client.create(json!({})));
    let exec = json!({ "command": ["true"] });
    let (_, runner) = token(&server, json!({ "scopes": ["exec"], "box_id": own }));
    let call = |token: &str, method: &str, path: &str| with(&server, token, method, path, &exec);
    assert_eq!(call(&runner, "POST", &format!("/v2/box/{own}/exec")), 200);
    assert_eq!(call(&runner, "POST", &format!("/v2/box/{other}/exec")), 403);
    assert_eq!(call(&runner, "GET", &format!("/v2/box/{own}")), 403);
    assert_eq!(call(&runner, "DELETE", &format!("/v2/box/{own}")), 403);
    assert_eq!(call(&runner, "GET", "/v2/box"), 403);
    assert_eq!(call(&runner, "GET", "/v2/capabilities"), 200);
    assert_eq!(call(&runner, "GET", "/v2/no-such-route"), 403);

    let (_, reader) = token(&server, json!({ "scopes": ["read"] }));
    assert_eq!(call(&reader, "GET", "/v2/box"), 200);
    assert_eq!(call(&reader, "GET", &format!("/v2/box/{other}")), 200);
    assert_eq!(call(&reader, "POST", &format!("/v2/box/{own}/exec")), 403);
    assert_eq!(call(&reader, "POST", "/v2/box"), 403);
}

#[test]
fn a_token_makes_no_tokens_and_sees_none() {
    let Some(server) = Server::start() else {
        return;
    };
    let all = json!(["read", "exec", "write", "snapshot", "create", "delete"]);
    let (id, token) = token(&server, json!({ "scopes": all }));
    let call = |method: &str, path: &str| {
        let body = json!({ "scopes": ["read"] });
        with(&server, &token, method, path, &body)
    };
    assert_eq!(call("POST", "/v2/tokens"), 403);
    assert_eq!(call("GET", "/v2/tokens"), 403);
    assert_eq!(call("DELETE", &format!("/v2/tokens/{id}")), 403);
    assert_eq!(call("PUT", "/v2/box/settings/env"), 403);
    let listed = server.client().get("/v2/tokens").ok();
    assert_eq!(listed["tokens"].as_array().unwrap().len(), 1);
}

#[test]
fn a_token_ends_when_it_expires_and_when_it_is_revoked() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (_, short) = token(&server, json!({ "scopes": ["read"], "ttl": 1 }));
    wait_until("the token has expired", || {
        with(&server, &short, "GET", "/v2/box", &json!({})) == 401
    });
    let (id, kept) = token(&server, json!({ "scopes": ["read"], "ttl": 86_400 }));
    assert_eq!(with(&server, &kept, "GET", "/v2/box", &json!({})), 200);
    let listed = client.get("/v2/tokens").ok();
    let tokens = listed["tokens"].as_array().unwrap();
    assert_eq!((tokens.len(), &tokens[0]["id"]), (1, &json!(id)));
    let path = format!("/v2/tokens/{id}");
    client.delete(&path).ok();
    assert_eq!(with(&server, &kept, "GET", "/v2/box", &json!({})), 401);
    client.delete(&path).is_error(404, "not_found");
}

#[test]
fn what_is_nearly_a_token_is_none() {
    let Some(server) = Server::start() else {
        return;
    };
    let (id, good) = token(&server, json!({ "scopes": ["read"] }));
    let (other_id, other) = token(&server, json!({ "scopes": ["read"] }));
    let others_secret = other.strip_prefix(&format!("boxt_{other_id}_")).unwrap();
    let call = |token: &str| with(&server, token, "GET", "/v2/box", &json!({}));
    assert_eq!(call(&good), 200);
    for wrong in [
        format!("{good}x"),
        good[..good.len() - 1].to_owned(),
        format!("boxt_{id}_{others_secret}"),
        format!("boxt_{id}_"),
        format!("boxt_{id}"),
        "boxt_".to_owned(),
        "boxt__".to_owned(),
    ] {
        assert_eq!(call(&wrong), 401, "{wrong}");
    }
}

#[test]
fn a_token_that_nobody_should_have_is_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    for wrong in [
        json!({}),
        json!({ "scopes": [] }),
        json!({ "scopes": ["everything"] }),
        json!({ "scopes": "read" }),
        json!({ "scopes": ["read"], "ttl": 0 }),
        json!({ "scopes": ["read"], "ttl": 86_401 }),
        json!({ "scopes": ["read"], "ttl": -1 }),
        json!({ "scopes": ["create"], "box_id": id }),
    ] {
        client
            .post("/v2/tokens", &wrong)
            .is_error(400, "invalid_argument");
    }
    client
        .post(
            "/v2/tokens",
            &json!({ "scopes": ["read"], "box_id": "gone" }),
        )
        .is_error(404, "box_not_found");
    let listed = client.get("/v2/tokens").ok();
    assert_eq!(listed["tokens"], json!([]));
}

#[test]
fn the_data_directory_does_not_hold_a_token_in_clear() {
    let Some(server) = Server::start() else {
        return;
    };
    let (id, token) = token(&server, json!({ "scopes": ["read"] }));
    let secret = token.strip_prefix(&format!("boxt_{id}_")).unwrap();
    let mut seen_id = false;
    for entry in fs::read_dir(server.data()).unwrap() {
        let path = entry.unwrap().path();
        if path.is_file() {
            let bytes = fs::read(&path).unwrap();
            let holds = |text: &str| {
                bytes
                    .windows(text.len())
                    .any(|part| part == text.as_bytes())
            };
            seen_id |= holds(&id);
            assert!(!holds(secret), "{}", path.display());
        }
    }
    assert!(seen_id, "no file of the data directory names the token");
}
