//! Calls that are sent again with the same `Idempotency-Key`.

use serde_json::{Value, json};

use crate::support::{Client, Response, Server};

fn post(client: &Client, path: &str, key: &str, body: &Value) -> Response {
    let mut headers = client.usual_headers().to_vec();
    headers.push(("Idempotency-Key", key));
    client.send("POST", path, &headers, body.to_string().as_bytes())
}

fn count(client: &Client, path: &str) -> usize {
    let list = client.get(path).ok();
    let list = list.get("snapshots").unwrap_or(&list);
    list.as_array().unwrap().len()
}

#[test]
fn a_repeated_call_gets_the_first_answer_and_makes_nothing() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let box_body = json!({ "name": "one" });
    let first = post(&client, "/v2/box", "a", &box_body);
    assert_eq!(first.header("content-type"), Some("application/json"));
    let id = first.ok()["id"].as_str().unwrap().to_owned();
    let again = post(&client, "/v2/box", "a", &box_body);
    assert_eq!(again.header("content-type"), Some("application/json"));
    assert_eq!(again.ok(), first.ok());
    assert_eq!(count(&client, "/v2/box"), 1);

    let path = format!("/v2/box/{id}/snapshots");
    // The same key on another route is another call.
    let taken = post(&client, &path, "a", &json!({})).ok();
    let snapshot = taken["id"].as_str().unwrap();
    assert_eq!(post(&client, &path, "a", &json!({})).ok(), taken);
    assert_eq!(count(&client, &path), 1);

    let body = json!({ "snapshot_id": snapshot });
    let restored = post(&client, "/v2/box/from-snapshot", "a", &body).ok();
    assert_eq!(restored["snapshot_id"], snapshot);
    server.kill_and_restart();
    let client = server.client();
    let again = post(&client, "/v2/box/from-snapshot", "a", &body).ok();
    assert_eq!(again, restored);
    assert_eq!(count(&client, "/v2/box"), 2);
    // Another key is another call.
    post(&client, "/v2/box/from-snapshot", "b", &body).ok();
    assert_eq!(count(&client, "/v2/box"), 3);
}

#[test]
fn a_key_with_another_body_is_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    post(
        &client,
        "/v2/box",
        "a",
        &json!({ "env_vars": { "KEY": "secret-1" } }),
    )
    .ok();
    post(
        &client,
        "/v2/box",
        "a",
        &json!({ "env_vars": { "KEY": "secret-2" } }),
    )
    .is_error(409, "conflict");
    assert_eq!(count(&client, "/v2/box"), 1);
}

#[test]
fn a_call_that_failed_may_be_tried_again() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let taken = client.create(json!({ "name": "taken" }));
    let body = json!({ "name": "taken" });
    post(&client, "/v2/box", "a", &body).is_error(409, "conflict");
    client.delete(&format!("/v2/box/{taken}")).ok();
    post(&client, "/v2/box", "a", &body).ok();
}

#[test]
fn of_calls_at_the_same_time_one_makes_and_all_get_the_same() {
    let Some(server) = Server::start() else {
        return;
    };
    let id = server.client().create(json!({}));
    server.client().output(&id, "echo x > file");
    let path = format!("/v2/box/{id}/snapshots");
    let answers: Vec<Value> = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..8)
            .map(|_| scope.spawn(|| post(&server.client(), &path, "a", &json!({})).ok()))
            .collect();
        calls.into_iter().map(|call| call.join().unwrap()).collect()
    });
    assert!(
        answers.iter().all(|answer| *answer == answers[0]),
        "{answers:?}"
    );
    assert_eq!(count(&server.client(), &path), 1);
}

#[test]
fn keys_are_visible_characters_and_not_for_streams() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let long = "x".repeat(256);
    for key in ["", "a b", "\u{e9}", long.as_str()] {
        post(&client, "/v2/box", key, &json!({})).is_error(400, "invalid_argument");
    }
    let snapshot = client.snapshot(&client.create(json!({})), "s");
    let body = json!({ "snapshot_id": snapshot, "count": 2 });
    post(&client, "/v2/box/from-snapshot", "a", &body).is_error(400, "invalid_argument");
    assert_eq!(count(&client, "/v2/box"), 1);
    post(&client, "/v2/box", &long[1..], &json!({})).ok();
}
