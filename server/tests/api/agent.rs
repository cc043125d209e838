//! Agents: a custom harness in the box, and its events on the wire.

use serde_json::{Value, json};

use crate::support::{Client, Server};

const HARNESS: &str = r#"#!/bin/sh
echo "a line that is no event"
printf 'event: text\ndata: {"text":"You said: "}\n\n'
printf 'event: text\ndata: {"text":"%s"}\n\n' "$2"
printf 'event: tool\ndata: {"name":"ls","input":{},"toolCallId":"t1"}\n\n'
case "$2" in
  fail) echo "out of luck" >&2; exit 9;;
  error) printf 'event: error\ndata: {"error":"no credit","input_tokens":3}\n\n';;
  quiet) ;;
  *) printf 'event: done\ndata: {"output":"%s","input_tokens":5,"output_tokens":7,"total_cost_usd":0.5}\n\n' "$*";;
esac
"#;

fn box_with_agent(client: &Client) -> String {
    let runner = json!({ "command": "/workspace/home/agent", "args": [] });
    let id = client.create(json!({ "agent": "custom", "custom_runner": runner }));
    let body = json!({ "path": "agent", "content": HARNESS });
    client
        .post(&format!("/v2/box/{id}/files/write"), &body)
        .ok();
    client.output(&id, "chmod +x agent");
    id
}

/// The events of a run: name and data.
fn events(client: &Client, id: &str, body: &Value) -> Vec<(String, Value)> {
    let response = client.post(&format!("/v2/box/{id}/run/stream"), body);
    assert_eq!(response.status, 200, "{}", response.text());
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
    let text = response.text();
    let text = text.strip_suffix("\n\n").unwrap();
    let event = |block: &str| {
        let (name, data) = block.split_once('\n').unwrap();
        let name = name.strip_prefix("event: ").unwrap().to_owned();
        (
            name,
            serde_json::from_str(data.strip_prefix("data: ").unwrap()).unwrap(),
        )
    };
    text.split("\n\n").map(event).collect()
}

fn names(events: &[(String, Value)]) -> Vec<&str> {
    events.iter().map(|(name, _)| name.as_str()).collect()
}

#[test]
fn events_of_the_harness_are_passed_on_in_order() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = box_with_agent(&client);
    let body = json!({ "prompt": "hi", "model": "m/1", "session_id": "s9" });
    let events = events(&client, &id, &body);
    assert_eq!(
        names(&events),
        ["run_start", "text", "text", "tool", "done"]
    );
    assert_eq!(events[2].1, json!({ "text": "hi" }));
    assert_eq!(events[3].1["toolCallId"], "t1");
    assert_eq!(
        events[4].1["output"],
        "-p hi --model m/1 --stream --session s9"
    );

    let run = client.get(&format!("/v2/box/{id}/runs")).ok()["runs"][0].clone();
    assert_eq!(run["id"], events[0].1["run_id"]);
    assert_eq!(
        (&run["type"], &run["status"]),
        (&json!("agent"), &json!("completed"))
    );
    assert_eq!(
        (&run["input_tokens"], &run["output_tokens"]),
        (&json!(5), &json!(7))
    );
    assert_eq!(run["cost_usd"], 0.5);
}

#[test]
fn every_run_ends_in_done_or_error() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = box_with_agent(&client);
    let last = |prompt: &str| {
        events(&client, &id, &json!({ "prompt": prompt }))
            .pop()
            .unwrap()
    };
    let (name, data) = last("fail");
    assert_eq!(name, "error");
    let error = data["error"].as_str().unwrap();
    assert!(
        error.contains("exit code 9") && error.contains("out of luck"),
        "{error}"
    );
    let (name, data) = last("error");
    assert_eq!(
        (name.as_str(), &data["error"]),
        ("error", &json!("no credit"))
    );
    let (name, data) = last("quiet");
    assert_eq!(
        (name.as_str(), &data["output"]),
        ("done", &json!("You said: quiet"))
    );
    client.output(&id, "rm agent");
    let (name, data) = last("gone");
    assert_eq!(name, "error");
    assert!(data["error"].as_str().unwrap().contains("127"), "{data}");
    let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
    let status = |index: usize| runs["runs"][index]["status"].clone();
    assert_eq!(
        [status(0), status(2), status(3), status(4)],
        ["failed", "completed", "failed", "failed"]
    );
}

#[test]
fn a_run_can_be_waited_for() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = box_with_agent(&client);
    let answer = client
        .post(&format!("/v2/box/{id}/run"), &json!({ "prompt": "hi" }))
        .ok();
    assert_eq!(answer["status"], "completed");
    assert_eq!(answer["output"], "-p hi --model custom --stream");
    assert_eq!(answer["metadata"]["output_tokens"], 7);
    assert!(answer["run_id"].as_str().unwrap().starts_with("run_"));
    let answer = client
        .post(&format!("/v2/box/{id}/run"), &json!({ "prompt": "error" }))
        .ok();
    assert_eq!(
        (&answer["status"], &answer["error"]),
        (&json!("failed"), &json!("no credit"))
    );
}

#[test]
fn what_this_server_can_not_run_is_said() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "agent": "another", "model": "m" }));
    let path = format!("/v2/box/{id}/run/stream");
    client
        .post(&path, &json!({ "prompt": "hi" }))
        .is_error(501, "unsupported");
    let id = box_with_agent(&client);
    let path = format!("/v2/box/{id}/run/stream");
    for more in [
        json!({ "webhook": { "url": "https://example.com" } }),
        json!({ "agent_options": { "unknown": 1 } }),
        json!({ "files": [{ "data": "!", "media_type": "text/plain" }] }),
        json!({ "prompt": " " }),
    ] {
        let mut body = json!({ "prompt": "hi" });
        body.as_object_mut()
            .unwrap()
            .extend(more.as_object().unwrap().clone());
        client.post(&path, &body).is_error(400, "invalid_argument");
    }
}
