//! Runs and log lines of a box, and ending a run from another call.

use serde_json::{Value, json};

use crate::bad_input::check;
use crate::support::{Client, Server, wait_until};

fn runs(client: &Client, id: &str, query: &str) -> Value {
    client.get(&format!("/v2/box/{id}/runs{query}")).ok()["runs"].clone()
}

fn messages(logs: &Value) -> Vec<&str> {
    let logs = logs["logs"].as_array().unwrap();
    logs.iter()
        .map(|line| line["message"].as_str().unwrap())
        .collect()
}

#[test]
fn a_run_has_its_fields_and_is_found_by_its_id() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let other = client.create(json!({}));
    let ended = client.sh(&id, "exit 3");
    let run = runs(&client, &id, "")[0].clone();
    let run_id = run["id"].as_str().unwrap();
    assert_eq!(ended["run_id"], run_id);
    let members: Vec<&str> = run
        .as_object()
        .unwrap()
        .keys()
        .map(String::as_str)
        .collect();
    assert_eq!(
        members,
        [
            "box_id",
            "cached_input_tokens",
            "completed_at",
            "compute_cost_usd",
            "cost_usd",
            "cpu_ns",
            "created_at",
            "customer_id",
            "duration_ms",
            "exit_code",
            "id",
            "input_tokens",
            "output_tokens",
            "prompt",
            "status",
            "type",
        ]
    );
    assert_eq!(
        (&run["status"], &run["prompt"]),
        (&json!("failed"), &json!("sh -c exit 3"))
    );
    assert_eq!(client.get(&format!("/v2/box/{id}/runs/{run_id}")).ok(), run);
    client
        .get(&format!("/v2/box/{other}/runs/{run_id}"))
        .is_error(404, "run_not_found");
    client
        .get(&format!("/v2/box/{id}/runs/run_x"))
        .is_error(404, "run_not_found");

    client.sh(&id, "true");
    client.sh(&id, ":");
    let prompts = |query: &str| -> Vec<String> {
        let runs = runs(&client, &id, query);
        let runs = runs.as_array().unwrap();
        runs.iter()
            .map(|run| run["prompt"].as_str().unwrap()[6..].to_owned())
            .collect()
    };
    assert_eq!(prompts(""), [":", "true", "exit 3"]);
    assert_eq!(prompts("?limit=1&offset=1"), ["true"]);
    assert_eq!(prompts("?offset=3"), Vec::<String>::new());
    let path = format!("/v2/box/{id}");
    let invalid = "invalid_argument";
    check(
        &client,
        &[
            (
                "GET",
                &format!("{path}/runs?limit=0"),
                "",
                400,
                invalid,
                "limit",
            ),
            (
                "GET",
                &format!("{path}/runs?limit=1001"),
                "",
                400,
                invalid,
                "limit",
            ),
            (
                "GET",
                &format!("{path}/runs?limit=x"),
                "",
                400,
                invalid,
                "limit",
            ),
            (
                "GET",
                &format!("{path}/logs?limit=1001"),
                "",
                400,
                invalid,
                "limit",
            ),
            (
                "GET",
                &format!("{path}/logs?offset=-1"),
                "",
                400,
                invalid,
                "offset",
            ),
        ],
    );
}

#[test]
fn a_cancelled_run_ends_and_says_so() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let headers = client.usual_headers();
    let body = json!({ "command": ["sh", "-c", "sleep 63456 & sleep 63457"] }).to_string();
    let path = format!("/v2/box/{id}/exec");
    let waiting = std::thread::scope(|scope| {
        let answer = scope.spawn(|| client.send("POST", &path, &headers, body.as_bytes()));
        wait_until("the run", || {
            runs(&client, &id, "")[0]["status"] == "running"
        });
        wait_until("its process", || Server::is_process_alive("sleep 63457"));
        let run_id = runs(&client, &id, "")[0]["id"].as_str().unwrap().to_owned();
        let cancel = format!("/v2/box/{id}/runs/{run_id}/cancel");
        let cancelled = client.send("POST", &cancel, &headers, b"").ok();
        assert_eq!(
            (&cancelled["id"], &cancelled["status"]),
            (&json!(run_id), &json!("cancelled"))
        );
        // Once more does no harm and changes nothing.
        assert_eq!(client.post(&cancel, &json!({})).ok(), cancelled);
        answer.join().unwrap()
    });
    assert_ne!(waiting.ok()["exit_code"], 0);
    Server::wait_for_end_of("sleep 63456");
    Server::wait_for_end_of("sleep 63457");
    assert_eq!(client.get(&format!("/v2/box/{id}")).ok()["status"], "idle");

    let completed = client.sh(&id, "true")["run_id"]
        .as_str()
        .unwrap()
        .to_owned();
    let late = client.post(&format!("/v2/box/{id}/runs/{completed}/cancel"), &json!({}));
    assert_eq!(late.ok()["status"], "completed");
    client
        .post(&format!("/v2/box/{id}/runs/run_x/cancel"), &json!({}))
        .is_error(404, "run_not_found");
}

#[test]
fn the_log_tells_what_happened_and_comes_in_pages() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.sh(&id, "exit 4");
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    let path = format!("/v2/box/{id}/logs");
    let logs = client.get(&path).ok();
    let said = messages(&logs);
    assert_eq!(said.len(), 4, "{said:?}");
    assert_eq!(said[..2], ["the box was made", "started: sh -c exit 4"]);
    assert!(
        said[2].starts_with("failed with exit code 4 after "),
        "{said:?}"
    );
    assert_eq!(said[3], "paused");
    let ended = &logs["logs"][2];
    assert_eq!(
        (&ended["level"], &ended["source"]),
        (&json!("error"), &json!("user"))
    );
    assert!(ended["timestamp"].as_i64().unwrap() > 1_700_000_000);
    assert_eq!(logs["logs"][3]["source"], "system");

    let latest = client.get(&format!("{path}?limit=2")).ok();
    assert_eq!(messages(&latest), said[2..]);
    let before = client.get(&format!("{path}?limit=2&offset=2")).ok();
    assert_eq!(messages(&before), said[..2]);

    let other = client.create(json!({}));
    let all = client.get("/v2/box/logs?limit=200").ok();
    assert_eq!(messages(&all).len(), 5);
    assert_eq!(all["logs"][4]["box_id"], other.as_str());
    client.delete(&format!("/v2/box/{id}")).ok();
    assert_eq!(
        messages(&client.get("/v2/box/logs").ok()),
        ["the box was made"]
    );
}

#[test]
fn work_of_every_kind_is_activity() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let used = || {
        client.get(&format!("/v2/box/{id}")).ok()["last_activity_at"]
            .as_i64()
            .unwrap()
    };
    let write = || {
        let body = json!({ "path": "a", "content": "x" });
        client
            .post(&format!("/v2/box/{id}/files/write"), &body)
            .ok()
    };
    let made = used();
    wait_until("a file written in a later second", || {
        write();
        used() > made
    });
    // Looking is none.
    let after = used();
    wait_until("the next second", || {
        let other = client.create(json!({}));
        let path = format!("/v2/box/{other}");
        client.get(&path).ok()["created_at"].as_i64().unwrap() > after
    });
    assert_eq!(used(), after);
}
