//! Many boxes from one snapshot in one call.

use std::collections::BTreeSet;
use std::io::Read;

use serde_json::{Value, json};

use crate::support::{Response, Server};

fn lines(answer: &Response) -> Vec<Value> {
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("application/x-ndjson"));
    let text = answer.text();
    assert!(text.ends_with('\n'));
    text.lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect()
}

#[test]
fn forks_come_a_line_each_and_are_independent_boxes() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo shared > file");
    let snapshot = client.snapshot(&id, "s");
    let body = json!({
        "snapshot_id": snapshot, "count": 100, "name": "fork", "env_vars": { "A": "b" }
    });
    let forks = lines(&client.post("/v2/box/from-snapshot", &body));
    assert_eq!(forks.len(), 100);
    let ids: BTreeSet<&str> = forks
        .iter()
        .map(|line| line["box"]["id"].as_str().unwrap())
        .collect();
    assert_eq!(ids.len(), 100);
    assert_eq!(
        (&forks[0]["box"]["name"], &forks[99]["box"]["name"]),
        (&json!("fork-1"), &json!("fork-100"))
    );
    assert_eq!(forks[42]["box"]["snapshot_id"], snapshot);
    client.output("fork-1", "echo own > file");
    assert_eq!(client.output("fork-1", "cat file; echo $A"), "own\nb\n");
    assert_eq!(
        client.output("fork-100", "cat file; echo $A"),
        "shared\nb\n"
    );
    assert_eq!(client.get("/v2/box").ok().as_array().unwrap().len(), 101);
}

#[test]
fn a_fork_whose_name_is_taken_fails_alone() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "x-2" }));
    let snapshot = client.snapshot(&id, "s");
    let body = json!({ "snapshot_id": snapshot, "count": 3, "name": "x" });
    let forks = lines(&client.post("/v2/box/from-snapshot", &body));
    assert_eq!(forks.len(), 3);
    assert_eq!(forks[0]["box"]["name"], "x-1");
    assert_eq!(forks[1]["error"]["code"], "conflict");
    assert!(forks[1]["error"]["error"].as_str().unwrap().contains("x-2"));
    assert_eq!(forks[2]["box"]["name"], "x-3");
}

#[test]
fn a_fork_of_one_is_a_line_and_no_count_is_a_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = client.snapshot(&id, "s");
    let body = json!({ "snapshot_id": snapshot, "count": 1 });
    let forks = lines(&client.post("/v2/box/from-snapshot", &body));
    assert_eq!(
        (forks.len(), &forks[0]["box"]["status"]),
        (1, &json!("idle"))
    );
    for body in [
        json!({ "snapshot_id": snapshot }),
        json!({ "snapshot_id": snapshot, "count": null }),
    ] {
        let one = client.post("/v2/box/from-snapshot", &body).ok();
        assert_eq!(one["status"], "idle");
    }
}

#[test]
fn what_can_t_be_forked_is_refused_before_the_first_line() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = client.snapshot(&id, "s");
    let fork = |body: Value| client.post("/v2/box/from-snapshot", &body);
    for count in [json!(0), json!(1001), json!(-1), json!("2"), json!(1.5)] {
        fork(json!({ "snapshot_id": snapshot, "count": count })).is_error(400, "invalid_argument");
    }
    let long = "x".repeat(59);
    fork(json!({ "snapshot_id": snapshot, "count": 2, "name": long }))
        .is_error(400, "invalid_argument");
    fork(json!({ "snapshot_id": "snap_none", "count": 2 })).is_error(404, "snapshot_not_found");
    assert_eq!(client.get("/v2/box").ok().as_array().unwrap().len(), 1);
    let features = client.get("/v2/capabilities").ok()["features"].clone();
    assert!(features.as_array().unwrap().contains(&json!("fork")));
}

#[test]
fn nothing_more_is_made_for_a_client_that_went_away() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let snapshot = client.snapshot(&id, "s");
    let count = || client.get("/v2/box").ok().as_array().unwrap().len();
    // Long lines, so that the connection is full before all boxes are made.
    let labels: Vec<String> = (0..5).map(|n| format!("{n}{}", "x".repeat(19))).collect();
    let command = format!("/workspace/home/{}", "x".repeat(900));
    let body = json!({
        "snapshot_id": snapshot, "count": 1000, "labels": labels, "agent": "custom",
        "custom_runner": { "command": command, "args": ["y".repeat(20_000)] },
    });
    let path = "/v2/box/from-snapshot";
    let mut stream = client.open(
        "POST",
        path,
        &client.usual_headers(),
        body.to_string().as_bytes(),
    );
    let mut first = [0; 1000];
    stream.read_exact(&mut first).unwrap();
    assert!(first.starts_with(b"HTTP/1.1 200"));
    drop(stream);
    let mut before = count();
    crate::support::wait_until("the making to end", || {
        let now = count();
        std::mem::replace(&mut before, now) == now
    });
    assert!((2..1001).contains(&before), "{before}");
}
