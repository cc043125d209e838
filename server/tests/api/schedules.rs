//! What boxes do by themselves. The servers here take schedules with seconds, so that nobody waits for
//! a minute to pass.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::bad_input::check;
use crate::support::{Client, Server, wait_until};

const EACH_SECOND: &str = "* * * * * *";

fn start() -> Option<Server> {
    Server::start_with(&["--cron-with-seconds", "--webhook-retry", "5ms"])
}

fn make(client: &Client, id: &str, body: &Value) -> Value {
    client.post(&format!("/v2/box/{id}/schedules"), body).ok()
}

fn path(schedule: &Value) -> String {
    let text = |member: &str| schedule[member].as_str().unwrap().to_owned();
    format!("/v2/box/{}/schedules/{}", text("box_id"), text("id"))
}

#[test]
fn a_command_runs_when_its_time_has_come() {
    let Some(mut server) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "worker" }));
    let body = json!({
        "type": "exec", "command": ["sh", "-c", "echo ran in $PWD >> /workspace/home/ran"],
        "cron": EACH_SECOND, "folder": "/tmp", "timeout": 5000, "webhook_url": null,
    });
    let made = make(&client, "worker", &body);
    assert_eq!(
        (&made["status"], &made["type"], &made["box_id"]),
        (&json!("active"), &json!("exec"), &json!(id))
    );
    assert_eq!(
        (&made["total_runs"], &made["total_failures"]),
        (&json!(0), &json!(0))
    );
    assert!(made["next_run_at"].as_i64() > made["created_at"].as_i64());
    let all = client.get(&format!("/v2/box/{id}/schedules")).ok();
    assert_eq!(all[0]["id"], made["id"]);

    let shown = |client: &Client| client.get(&path(&made)).ok();
    wait_until("two runs", || {
        shown(&client)["total_runs"].as_i64() >= Some(2)
    });
    let after = shown(&client);
    assert_eq!(
        (&after["last_run_status"], &after["total_failures"]),
        (&json!("completed"), &json!(0))
    );
    let run_id = after["last_run_id"].as_str().unwrap();
    let run = client.get(&format!("/v2/box/{id}/runs/{run_id}")).ok();
    assert_eq!(
        (&run["schedule_id"], &run["status"]),
        (&made["id"], &json!("completed"))
    );
    assert!(
        client
            .output(&id, "cat ran")
            .starts_with("ran in /tmp\nran in /tmp\n")
    );

    // A pause holds it, also over a restart; a paused box is woken.
    client
        .post(&format!("{}/pause", path(&made)), &json!({}))
        .ok();
    // One may have begun a moment before; each run is counted once it has ended.
    wait_until("quiet", || {
        let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
        let runs = runs["runs"].as_array().unwrap().iter();
        let begun = runs.filter(|run| run["schedule_id"] == made["id"]).count();
        shown(&client)["total_runs"] == json!(begun)
    });
    let paused = shown(&client);
    assert_eq!(paused["status"], "paused");
    assert!(paused.get("next_run_at").is_none());
    server.kill_and_restart();
    let client = server.client();
    let tick = make(
        &client,
        &client.create(json!({})),
        &json!({ "type": "exec", "command": ["true"], "cron": EACH_SECOND }),
    );
    wait_until("another's runs", || {
        client.get(&path(&tick)).ok()["total_runs"].as_i64() >= Some(3)
    });
    let total = |schedule: &Value| schedule["total_runs"].as_i64().unwrap();
    assert!(total(&shown(&client)) <= total(&paused) + 1);
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    client
        .post(&format!("{}/resume", path(&made)), &json!({}))
        .ok();
    wait_until("a run", || total(&shown(&client)) > total(&paused) + 1);

    // They are no part of a snapshot, and go with their box.
    let restored = client.restore(&client.snapshot(&id, "without"));
    assert_eq!(
        client.get(&format!("/v2/box/{restored}/schedules")).ok(),
        json!([])
    );
    client.delete(&format!("/v2/box/{id}")).ok();
    client.get(&path(&made)).is_error(404, "box_not_found");
    client.delete(&path(&tick)).ok();
    client.get(&path(&tick)).is_error(404, "schedule_not_found");
    client
        .delete(&path(&tick))
        .is_error(404, "schedule_not_found");
}

#[test]
fn an_occurrence_is_skipped_while_the_last_run_goes_on() {
    let Some(server) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let wait = "echo begun >> begun; until [ -e go ]; do read -t 0.05 _ < /dev/zero || true; done";
    let body = json!({ "type": "exec", "command": ["bash", "-c", wait], "cron": EACH_SECOND });
    let made = make(&client, &id, &body);
    let shown = || client.get(&path(&made)).ok();
    wait_until("a skip", || shown()["last_run_status"] == "skipped");
    assert_eq!(shown()["total_runs"], 0);
    assert_eq!(client.output(&id, "cat begun"), "begun\n");
    let log = client.get(&format!("/v2/box/{id}/logs")).text();
    assert!(log.contains("was skipped"), "{log}");
    client.output(&id, "touch go");
    wait_until("a run that ended", || {
        shown()["last_run_status"] == "completed"
    });
}

/// Hands over what it is sent; answers with these statuses, one after the other, then with 200.
fn listener(statuses: &'static [u16]) -> (String, Receiver<String>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!(
        "http://{}/hook?secret=in-address",
        listener.local_addr().unwrap()
    );
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for (number, stream) in listener.incoming().enumerate() {
            let mut stream = stream.unwrap();
            let mut text = String::new();
            let mut buffer = [0; 4096];
            while !text.ends_with('}') {
                let count = stream.read(&mut buffer).unwrap_or(0);
                if count == 0 {
                    break;
                }
                text.push_str(&String::from_utf8_lossy(&buffer[..count]));
            }
            let status = statuses.get(number).copied().unwrap_or(200);
            let answer =
                format!("HTTP/1.1 {status} X\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
            let _ = stream.write_all(answer.as_bytes());
            if sender.send(text).is_err() {
                return;
            }
        }
    });
    (url, receiver)
}

fn body_of(request: &str) -> Value {
    serde_json::from_str(request.split_once("\r\n\r\n").unwrap().1).unwrap()
}

#[test]
fn a_webhook_is_told_how_it_went_until_it_has_heard() {
    let Some(server) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let (url, told) = listener(&[500, 429]);
    let body = json!({
        "type": "exec", "command": ["sh", "-c", "echo said; echo why >&2; exit 3"], "cron": EACH_SECOND,
        "webhook_url": url, "webhook_headers": { "X-Secret": "hook-secret" },
    });
    let made = make(&client, &id, &body);
    assert_eq!(made["webhook_headers"], json!({ "X-Secret": "********" }));
    let attempts = [
        told.recv().unwrap(),
        told.recv().unwrap(),
        told.recv().unwrap(),
    ];
    client
        .post(&format!("{}/pause", path(&made)), &json!({}))
        .ok();
    let first = &attempts[0];
    assert!(
        first.starts_with("POST /hook?secret=in-address HTTP/1.1\r\n"),
        "{first}"
    );
    assert!(
        first
            .to_ascii_lowercase()
            .contains("x-secret: hook-secret\r\n"),
        "{first}"
    );
    let body = body_of(first);
    assert!(body["run_id"].as_str().unwrap().starts_with("run_"));
    assert_eq!(
        (&body["box_id"], &body["schedule_id"]),
        (&json!(id), &made["id"])
    );
    assert_eq!(
        (&body["status"], &body["output"], &body["error"]),
        (&json!("failed"), &json!("said\n"), &json!("why\n"))
    );
    // The same body until it was taken; occurrences may overlap with attempts.
    let of_first = attempts
        .iter()
        .filter(|text| body_of(text)["run_id"] == body["run_id"]);
    assert!(of_first.count() >= 2);
    wait_until("the count", || {
        client.get(&path(&made)).ok()["total_failures"].as_i64() >= Some(1)
    });

    // One that says no for good is not asked again, and the log tells it without what is secret.
    let (url, told) = listener(&[404, 404, 404, 404, 404]);
    let id = client.create(json!({}));
    let made = make(
        &client,
        &id,
        &json!({ "type": "exec", "command": ["true"], "cron": EACH_SECOND, "webhook_url": url }),
    );
    told.recv().unwrap();
    client.delete(&path(&made)).ok();
    let log = || client.get(&format!("/v2/box/{id}/logs")).text();
    wait_until("the log", || log().contains("it answered 404"));
    assert!(
        log().contains("in attempt 1") && !log().contains("in-address"),
        "{}",
        log()
    );
}

#[test]
fn an_agent_is_prompted_when_its_time_has_come() {
    let Some(server) = start() else {
        return;
    };
    let client = server.client();
    let runner = json!({ "command": "/workspace/home/harness" });
    let id = client.create(json!({ "agent": "custom", "custom_runner": runner }));
    let harness = "#!/bin/sh\nprintf 'event: done\\ndata: {\"output\":\"%s\",\"input_tokens\":7}\\n\\n' \"$*\"\n";
    let file = json!({ "path": "harness", "content": harness });
    client
        .post(&format!("/v2/box/{id}/files/write"), &file)
        .ok();
    client.output(&id, "chmod +x harness");
    let (url, told) = listener(&[]);
    let body = json!({
        "type": "prompt", "prompt": "look around", "model": "m7", "cron": EACH_SECOND,
        "webhook_url": url, "agent_options": {},
    });
    let made = make(&client, &id, &body);
    let body = body_of(&told.recv().unwrap());
    client.delete(&path(&made)).ok();
    assert_eq!(body["status"], "completed", "{body}");
    assert_eq!(body["output"], "-p look around --model m7 --stream");
    assert_eq!(body["metadata"]["input_tokens"], 7);
    let run = client
        .get(&format!(
            "/v2/box/{id}/runs/{}",
            body["run_id"].as_str().unwrap()
        ))
        .ok();
    assert_eq!(
        (&run["type"], &run["schedule_id"]),
        (&json!("agent"), &made["id"])
    );
}

#[test]
fn a_schedule_is_changed_member_by_member() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let made = make(
        &client,
        &id,
        &json!({
            "type": "exec", "command": ["true"], "cron": "@daily", "folder": "/tmp", "timeout": 9,
            "webhook_url": "https://example.com/hook", "webhook_headers": { "a": "b" },
        }),
    );
    assert_eq!(made["next_run_at"].as_i64().unwrap() % 86_400, 0);
    let patch = |body: Value| client.request("PATCH", &path(&made), &body);
    let changed = patch(json!({ "command": ["false"], "cron": null, "type": "exec" })).ok();
    let mut expected = made.clone();
    expected["command"] = json!(["false"]);
    expected["updated_at"] = changed["updated_at"].clone();
    assert_eq!(changed, expected);
    let changed = patch(
        json!({ "cron": "0 5 * * *", "folder": "", "webhook_url": "", "webhook_headers": {} }),
    )
    .ok();
    assert_eq!(changed["next_run_at"].as_i64().unwrap() % 86_400, 5 * 3600);
    for member in ["folder", "webhook_url", "webhook_headers"] {
        assert!(changed.get(member).is_none(), "{changed}");
    }
    assert_eq!(client.get(&path(&made)).ok(), changed);

    let own = path(&made);
    let all = format!("/v2/box/{id}/schedules");
    let invalid = "invalid_argument";
    check(
        &client,
        &[
            ("PATCH", &own, r#"{"command":[]}"#, 400, invalid, "command"),
            ("PATCH", &own, r#"{"cron":""}"#, 400, invalid, "cron"),
            ("PATCH", &own, r#"{"type":"prompt"}"#, 400, invalid, "type"),
            (
                "PATCH",
                &own,
                r#"{"webhook_headers":{"a":"b"}}"#,
                400,
                invalid,
                "webhook_url",
            ),
            ("PATCH", &own, r#"{"prompt":"x"}"#, 400, invalid, "prompt"),
            (
                "POST",
                &all,
                r#"{"cron":"@daily","command":["true"]}"#,
                400,
                invalid,
                "type",
            ),
            (
                "POST",
                &all,
                r#"{"type":"exec","command":["true"]}"#,
                400,
                invalid,
                "cron",
            ),
            (
                "POST",
                &all,
                r#"{"type":"exec","cron":"@daily"}"#,
                400,
                invalid,
                "command",
            ),
            (
                "POST",
                &all,
                r#"{"type":"exec","cron":"* * * * * *","command":["true"]}"#,
                400,
                invalid,
                "cron",
            ),
            (
                "POST",
                &all,
                r#"{"type":"exec","cron":"0 0 30 2 *","command":["true"]}"#,
                400,
                invalid,
                "no such time",
            ),
            (
                "POST",
                &all,
                r#"{"type":"prompt","cron":"@daily","prompt":"x"}"#,
                400,
                invalid,
                "no agent",
            ),
            (
                "POST",
                &all,
                r#"{"type":"exec","cron":"@daily","command":["true"],"timeout":0}"#,
                400,
                invalid,
                "timeout",
            ),
            (
                "POST",
                &all,
                r#"{"type":"exec","cron":"@daily","command":["true"],"webhook_url":"ftp://a"}"#,
                400,
                invalid,
                "webhook_url",
            ),
            (
                "POST",
                &all,
                r#"{"type":"exec","cron":"@daily","command":["true"],"webhook_url":"http://a","webhook_headers":{"a b":"c"}}"#,
                400,
                invalid,
                "webhook_headers",
            ),
            (
                "GET",
                &format!("{all}/sched_x"),
                "",
                404,
                "schedule_not_found",
                "sched_x",
            ),
            (
                "POST",
                &format!("{all}/sched_x/pause"),
                "",
                404,
                "schedule_not_found",
                "sched_x",
            ),
            (
                "PATCH",
                &format!("{all}/sched_x"),
                "{}",
                404,
                "schedule_not_found",
                "sched_x",
            ),
        ],
    );
    assert_eq!(client.get(&all).ok(), json!([changed]));
}
