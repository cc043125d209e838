//! Running commands and waiting for them.

use std::io::Read;

use serde_json::json;

use crate::support::{Server, wait_until};

#[test]
fn a_command_answers_with_its_code_and_both_outputs() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "env_vars": { "GREETING": "hello you" } }));
    let answer = client.sh(&id, "echo $GREETING; pwd; echo bad >&2; exit 7");
    assert_eq!(answer["exit_code"], 7);
    assert_eq!(answer["output"], "hello you\n/workspace/home\n");
    assert_eq!(answer["error"], "bad\n");
    assert!(answer["cpu_ns"].as_u64().unwrap() > 0);

    // A multi-line argument arrives as it is, and so do bytes that are no text, as far as JSON can.
    assert_eq!(
        client.output(&id, "printf 'a\nb'\nprintf '\\377c'"),
        "a\nb\u{fffd}c"
    );
    let missing = client
        .post(
            &format!("/v2/box/{id}/exec"),
            &json!({ "command": ["no-such-program"] }),
        )
        .ok();
    assert_eq!(missing["exit_code"], 127);
    assert!(
        missing["error"]
            .as_str()
            .unwrap()
            .contains("no-such-program")
    );
    assert_eq!(client.sh(&id, "kill -9 $$")["exit_code"], 128 + 9);

    let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
    let runs = runs["runs"].as_array().unwrap();
    assert_eq!(runs.len(), 4);
    assert_eq!(runs[3]["id"], answer["run_id"]);
    assert_eq!(
        (&runs[3]["type"], &runs[3]["status"]),
        (&json!("shell"), &json!("failed"))
    );
    assert_eq!(runs[2]["status"], "completed");
    assert!(
        runs[3]["prompt"]
            .as_str()
            .unwrap()
            .starts_with("sh -c echo")
    );
}

#[test]
fn a_command_runs_in_its_folder() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "mkdir -p a/b");
    for (folder, expected) in [
        (json!("a/b"), "/workspace/home/a/b\n"),
        (json!("/tmp"), "/tmp\n"),
        (json!("/work/a"), "/workspace/home/a\n"),
        (json!(null), "/workspace/home\n"),
        (json!(""), "/workspace/home\n"),
    ] {
        let body = json!({ "command": ["/bin/pwd"], "folder": folder });
        let answer = client.post(&format!("/v2/box/{id}/exec"), &body).ok();
        assert_eq!(answer["output"], expected, "{folder}");
    }
}

#[test]
fn a_command_that_outlives_its_timeout_is_ended() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let command = ["sh", "-c", "echo begun; sleep 63456"];
    let body = json!({ "command": command, "timeout": 200 });
    let answer = client.post(&format!("/v2/box/{id}/exec"), &body).ok();
    assert_eq!(
        (&answer["exit_code"], &answer["output"]),
        (&json!(124), &json!("begun\n"))
    );
    assert!(answer["error"].as_str().unwrap().contains("timeout"));
    Server::wait_for_end_of("sleep 63456");
}

#[test]
fn a_command_that_closed_its_outputs_is_ended_at_its_timeout_too() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let command = ["sh", "-c", "echo begun; exec >/dev/null 2>&1; sleep 63461"];
    let body = json!({ "command": command, "timeout": 200 });
    let answer = client.post(&format!("/v2/box/{id}/exec"), &body).ok();
    assert_eq!(
        (&answer["exit_code"], &answer["output"]),
        (&json!(124), &json!("begun\n"))
    );
    assert!(answer["error"].as_str().unwrap().contains("timeout"));
    Server::wait_for_end_of("sleep 63461");
    let run = client.get(&format!("/v2/box/{id}/runs")).ok()["runs"][0].clone();
    assert_eq!(
        (&run["status"], &run["exit_code"]),
        (&json!("failed"), &json!(124))
    );
}

#[test]
fn a_child_in_the_background_neither_hangs_the_answer_nor_survives_undetached() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    assert_eq!(
        client.output(&id, "sleep 64567 & echo started"),
        "started\n"
    );
    Server::wait_for_end_of("sleep 64567");
    client.output(&id, "setsid sleep 64568 >/dev/null 2>&1 &");
    assert_eq!(client.output(&id, "pgrep -cf '[s]leep 64568'"), "1\n");
}

#[test]
fn a_client_that_goes_away_ends_its_command() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    for route in ["exec", "exec-stream"] {
        let body = json!({ "command": ["sh", "-c", "echo begun; sleep 65678"] }).to_string();
        let path = format!("/v2/box/{id}/{route}");
        let connection = client.open("POST", &path, &client.usual_headers(), body.as_bytes());
        wait_until("the command to start", || {
            Server::is_process_alive("sleep 65678")
        });
        assert_eq!(
            client.get(&format!("/v2/box/{id}/status")).ok()["status"],
            "running"
        );
        drop(connection);
        Server::wait_for_end_of("sleep 65678");
        let status = || client.get(&format!("/v2/box/{id}/status")).ok()["status"].clone();
        wait_until("the box to be idle", || status() == "idle");
        let run = || client.get(&format!("/v2/box/{id}/runs")).ok()["runs"][0]["status"].clone();
        wait_until("the run to be cancelled", || run() == "cancelled");
    }
}

#[test]
fn a_long_output_is_cut_and_says_so() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let answer = client.sh(
        &id,
        "head -c 17000000 /dev/zero | tr '\\0' x; echo done >&2",
    );
    assert_eq!(answer["exit_code"], 0);
    assert_eq!(answer["output"].as_str().unwrap().len(), 16 * 1024 * 1024);
    let error = answer["error"].as_str().unwrap();
    assert!(
        error.starts_with("done\n") && error.contains("17000000 bytes"),
        "{error}"
    );
}

#[test]
fn commands_of_one_box_run_side_by_side() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    // Each waits for the other, so one after the other would never end.
    let waiting = json!({ "command": ["sh", "-c", "mkfifo -m 600 pipe; cat pipe"] }).to_string();
    let path = format!("/v2/box/{id}/exec");
    let mut first = client.open("POST", &path, &client.usual_headers(), waiting.as_bytes());
    client.output(&id, "until [ -p pipe ]; do :; done; echo through > pipe");
    let mut answer = String::new();
    first.read_to_string(&mut answer).unwrap();
    assert!(answer.contains("through"), "{answer}");
}
