//! What a command may be given beyond the hosted service: environment, input, a start without waiting.

use std::io::Read;

use serde_json::{Value, json};

use crate::support::{Client, Server, wait_until};

fn exec(client: &Client, id: &str, body: &Value) -> Value {
    client.post(&format!("/v2/box/{id}/exec"), body).ok()
}

#[test]
fn a_command_gets_its_own_environment_and_input() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "env_vars": { "A": "of the box", "B": "kept" } }));
    let body = json!({
        "command": ["sh", "-c", "echo $A, $B; cat; cat"],
        "env": { "A": "of the command" },
        "stdin": "gr\u{fc}\u{df}e\n",
    });
    assert_eq!(
        exec(&client, &id, &body)["output"],
        "of the command, kept\ngr\u{fc}\u{df}e\n"
    );
    assert_eq!(client.output(&id, "echo $A"), "of the box\n");
    let large = "x".repeat(1_500_000);
    let body = json!({ "command": ["wc", "-c"], "stdin": large, "env": null });
    assert_eq!(exec(&client, &id, &body)["output"], "1500000\n");
    let path = format!("/v2/box/{id}/exec");
    for env in [
        json!({ "LD_PRELOAD": "/x" }),
        json!({ "1A": "x" }),
        json!({ "A": 1 }),
        json!(["A=b"]),
    ] {
        let body = json!({ "command": ["true"], "env": env });
        let answer = client.post(&path, &body);
        answer.is_error(400, "invalid_argument");
        assert!(
            answer.json()["error"].as_str().unwrap().starts_with("env"),
            "{}",
            answer.text()
        );
    }
}

#[test]
fn a_command_that_nobody_waits_for_is_found_in_the_history() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let script = "echo begun; until [ -e go ]; do sleep 0.01; done; echo wrong >&2; exit 5";
    let answer = exec(
        &client,
        &id,
        &json!({ "command": ["sh", "-c", script], "async": true }),
    );
    assert_eq!(answer["status"], "running");
    let run_id = answer["run_id"].as_str().unwrap();
    let run = || client.get(&format!("/v2/box/{id}/runs/{run_id}")).ok();
    assert_eq!(run()["status"], "running");
    client.output(&id, "touch go");
    wait_until("the run to end", || run()["status"] != "running");
    let ended = run();
    assert_eq!(
        (&ended["status"], &ended["exit_code"]),
        (&json!("failed"), &json!(5))
    );
    assert_eq!(ended["output"], "begun\nwrong\n");

    let late = exec(
        &client,
        &id,
        &json!({ "command": ["sleep", "77001"], "async": true, "timeout": 50 }),
    );
    let path = format!("/v2/box/{id}/runs/{}", late["run_id"].as_str().unwrap());
    wait_until("its time to be up", || {
        client.get(&path).ok()["exit_code"] == 124
    });
    assert!(!Server::is_process_alive("sleep 77001"));
    let body = json!({ "command": ["true"], "async": true });
    client
        .post(&format!("/v2/box/{id}/exec-stream"), &body)
        .is_error(400, "invalid_argument");
}

#[test]
fn a_background_process_survives_when_it_let_go_and_is_ended_when_not() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "(sleep 77002 >/dev/null 2>&1 &); nohup sleep 77003 >/dev/null 2>&1 & setsid sleep 77004 >/dev/null 2>&1 &");
    client.output(&id, "(sleep 77005 &)");
    Server::wait_for_end_of("sleep 77005");
    for kept in ["sleep 77002", "sleep 77003", "sleep 77004"] {
        assert!(Server::is_process_alive(kept), "{kept}");
    }
    client.delete(&format!("/v2/box/{id}")).ok();
    Server::wait_for_end_of("sleep 7700");
}

#[test]
fn a_cancelled_command_takes_its_whole_tree_along() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let script = "setsid sh -c 'sleep 77006 >/dev/null 2>&1 & sleep 77007 > /dev/null 2>&1; :' & sleep 77008 > /dev/null; :";
    let answer = exec(
        &client,
        &id,
        &json!({ "command": ["sh", "-c", script], "async": true }),
    );
    let all = ["sleep 77006", "sleep 77007", "sleep 77008"];
    wait_until("all to run", || {
        all.iter().all(|words| Server::is_process_alive(words))
    });
    let path = format!(
        "/v2/box/{id}/runs/{}/cancel",
        answer["run_id"].as_str().unwrap()
    );
    client.post(&path, &json!({})).ok();
    for words in all {
        Server::wait_for_end_of(words);
    }
    let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
    assert_eq!(runs["runs"][0]["status"], "cancelled");
}

#[test]
fn a_gigabyte_is_streamed_without_being_held() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let body = json!({ "command": ["head", "-c", "1073741824", "/dev/zero"] }).to_string();
    let path = format!("/v2/box/{id}/exec-stream");
    let mut answer = client.open("POST", &path, &client.usual_headers(), body.as_bytes());
    let mut buffer = vec![0; 1 << 20];
    let (mut total, mut end) = (0_u64, Vec::new());
    loop {
        let count = answer.read(&mut buffer).unwrap();
        if count == 0 {
            break;
        }
        total += count as u64;
        end.extend_from_slice(&buffer[..count]);
        let excess = end.len().saturating_sub(200);
        end.drain(..excess);
    }
    assert!(total > 1 << 30, "{total}");
    assert!(String::from_utf8_lossy(&end).contains("event: exit\ndata: {\"exit_code\":0,"));
    let status = std::fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmHWM"))
        .unwrap();
    let kib: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    assert!(kib < 150 * 1024, "{line}");
}
