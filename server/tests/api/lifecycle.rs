//! Boxes that pause, start and end by themselves.

use serde_json::json;

use crate::bad_input::check;
use crate::support::{Client, Server, wait_until};

fn status(client: &Client, id: &str) -> String {
    let shown = client.get(&format!("/v2/box/{id}")).ok();
    shown["status"].as_str().unwrap().to_owned()
}

fn log(client: &Client, id: &str) -> String {
    client.get(&format!("/v2/box/{id}/logs?limit=1000")).ok()["logs"].to_string()
}

#[test]
fn an_unused_box_is_paused_and_wakes_for_work() {
    let Some(mut server) = Server::start_with(&["--pause-after", "1s"]) else {
        return;
    };
    let client = server.client();
    let steady = client.create(json!({ "keep_alive": true }));
    let id = client.create(json!({}));
    client.output(
        &id,
        "echo kept > file; setsid sleep 64567 >/dev/null 2>&1 &",
    );
    assert!(Server::is_process_alive("sleep 64567"));
    wait_until("the pause", || status(&client, &id) == "paused");
    assert!(!Server::is_process_alive("sleep 64567"));
    assert!(log(&client, &id).contains("nothing used it"));

    // A run that takes longer is use.
    assert_eq!(
        client.output(&id, "cat file; sleep 3; echo still"),
        "kept\nstill\n"
    );
    // What the last server left idle is paused by the next.
    let other = client.create(json!({}));
    server.kill_and_restart();
    let client = server.client();
    wait_until("the pause", || status(&client, &other) == "paused");
    assert_eq!(status(&client, &steady), "idle");
}

#[test]
fn an_ephemeral_box_ends_by_itself_even_when_the_server_was_killed() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let usual = client.post("/v2/box", &json!({ "ephemeral": true })).ok();
    let lifetime = usual["expires_at"].as_i64().unwrap() - usual["created_at"].as_i64().unwrap();
    assert_eq!((&usual["ephemeral"], lifetime), (&json!(true), 259_200));
    let usual = usual["id"].as_str().unwrap().to_owned();
    let path = format!("/v2/box/{usual}/pause");
    client.post(&path, &json!({})).is_error(409, "conflict");

    let short = client.create(json!({ "ephemeral": true, "ttl": 1, "name": "short" }));
    client.output(&short, "setsid sleep 65678 >/dev/null 2>&1 &");
    wait_until("its end", || status(&client, &short) == "deleted");
    Server::wait_for_end_of("sleep 65678");
    let tombstone = client.get(&format!("/v2/box/{short}")).ok();
    assert!(tombstone["deleted_at"].as_i64() >= tombstone["expires_at"].as_i64());
    client.get("/v2/box/short").is_error(404, "box_not_found");

    let snapshot = client.snapshot(&usual, "of an ephemeral box");
    let body = json!({ "snapshot_id": snapshot, "ephemeral": true, "ttl": 2 });
    let restored = client.post("/v2/box/from-snapshot", &body).ok();
    assert_eq!(
        (&restored["status"], &restored["ephemeral"]),
        (&json!("idle"), &json!(true))
    );
    let restored = restored["id"].as_str().unwrap().to_owned();
    server.kill_and_restart();
    let client = server.client();
    wait_until("its end", || status(&client, &restored) == "deleted");
    assert_eq!(status(&client, &usual), "idle");
    wait_until("its disk", || {
        server
            .names_in("boxes")
            .iter()
            .all(|name| *name != restored)
    });
}

#[test]
fn the_init_command_runs_at_each_start_and_at_no_other_time() {
    let Some(mut server) = Server::start_with(&["--stop-idle-after", "40ms"]) else {
        return;
    };
    let client = server.client();
    let init = "pwd >> started; echo $WORD >> started; sleep 66789 &";
    let id = client.create(json!({ "init_command": init, "env_vars": { "WORD": "hello" } }));
    // Nobody asked for anything yet.
    wait_until("its process", || Server::is_process_alive("sleep 66789"));
    let started = |client: &Client| client.output(&id, "cat started").lines().count() / 2;
    assert_eq!(
        client.output(&id, "cat started"),
        "/workspace/home\nhello\n"
    );
    assert_eq!(
        client.get(&format!("/v2/box/{id}/startup")).ok(),
        json!({ "init_command": init })
    );
    assert!(
        !client
            .get(&format!("/v2/box/{id}"))
            .ok()
            .to_string()
            .contains("sleep")
    );

    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    assert!(!Server::is_process_alive("sleep 66789"));
    client
        .post(&format!("/v2/box/{id}/resume"), &json!({}))
        .ok();
    wait_until("its process", || Server::is_process_alive("sleep 66789"));
    assert_eq!(started(&client), 2);

    // It is not inherited; it goes with a rollback and a new server as with each start.
    let snapshot = client.snapshot(&id, "with init command");
    let restored = client.restore(&snapshot);
    let inherited = client.get(&format!("/v2/box/{restored}/startup")).ok();
    assert_eq!(inherited, json!({ "init_command": "" }));
    let rollback = json!({ "snapshot_id": snapshot });
    client
        .post(&format!("/v2/box/{id}/rollback"), &rollback)
        .ok();
    wait_until("the start", || started(&client) == 3);
    server.kill_and_restart();
    let client = server.client();
    Server::wait_for_end_of("sleep 66789");
    wait_until("the start", || started(&client) == 4);

    // Deleting it ends nothing, and the next start is without it.
    client.delete(&format!("/v2/box/{id}/startup")).ok();
    assert!(Server::is_process_alive("sleep 66789"));
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    assert_eq!(started(&client), 4);
    // One that is set later waits for the next start, and a sandbox that had nothing to do is none.
    let later = json!({ "init_command": "echo later > later" });
    client
        .request("PUT", &format!("/v2/box/{id}/startup"), &later)
        .ok();
    assert_ne!(client.sh(&id, "cat later")["exit_code"], 0);
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    wait_until("the start", || {
        client.sh(&id, "cat later")["output"] == "later\n"
    });
    wait_until("the log", || {
        log(&client, &id).contains("the init command ended with exit code 0")
    });
    client.output(&id, "rm later");
    let lock = server.data().join("boxes").join(&id).join("lock");
    wait_until("the end of the empty sandbox", || {
        std::fs::File::open(&lock).unwrap().try_lock().is_ok()
    });
    assert_ne!(client.sh(&id, "cat later")["exit_code"], 0);
}

#[test]
fn a_box_is_locked_for_as_long_as_it_has_a_sandbox() {
    let Some(server) = Server::start_with(&["--stop-idle-after", "1h"]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    assert_eq!(client.output(&id, "echo here"), "here\n");
    let lock = server.data().join("boxes").join(&id).join("lock");
    let is_free = || std::fs::File::open(&lock).unwrap().try_lock().is_ok();
    assert!(!is_free());
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    wait_until("the lock to be given up", is_free);
}

#[test]
fn an_init_command_that_fails_is_told_in_the_log_and_stops_nothing() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "init_command": "echo so sad; exit 5", "keep_alive": true }));
    let failed = "the init command ended with exit code 5: so sad";
    wait_until("the log", || log(&client, &id).contains(failed));
    assert_eq!(client.output(&id, "echo well"), "well\n");
    // A box that stays up is started again by the next server.
    let times = |client: &Client| log(client, &id).matches(failed).count();
    assert_eq!(times(&client), 1);
    server.kill_and_restart();
    let client = server.client();
    wait_until("the second start", || times(&client) == 2);
}

#[test]
fn a_repository_is_cloned_into_a_new_box_in_the_background() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let body = json!({ "clone_repo": "https://127.0.0.1:1/owner/repo", "clone_token": "t0ken" });
    let made = client.post("/v2/box", &body).ok();
    assert_eq!(made["clone_repo"], "https://127.0.0.1:1/owner/repo");
    let id = made["id"].as_str().unwrap();
    wait_until("the clone", || {
        log(&client, id).contains("the repository was not cloned")
    });
    let runs = client.get(&format!("/v2/box/{id}/runs")).text();
    for text in [made.to_string(), log(&client, id), runs] {
        assert!(!text.contains("t0ken"), "{text}");
    }
}

#[test]
fn lifetimes_and_init_commands_have_their_rules() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let startup = format!("/v2/box/{id}/startup");
    let long = json!({ "init_command": "x".repeat(64 * 1024 + 1) }).to_string();
    let invalid = "invalid_argument";
    check(
        &client,
        &[
            (
                "POST",
                "/v2/box",
                r#"{"ephemeral":true,"keep_alive":true}"#,
                400,
                invalid,
                "keep-alive",
            ),
            ("POST", "/v2/box", r#"{"ttl":5}"#, 400, invalid, "ttl"),
            (
                "POST",
                "/v2/box",
                r#"{"ephemeral":true,"ttl":0}"#,
                400,
                invalid,
                "ttl",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"ephemeral":true,"ttl":259201}"#,
                400,
                invalid,
                "ttl",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"ephemeral":true,"ttl":-1}"#,
                400,
                invalid,
                "ttl",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"init_command":" "}"#,
                400,
                invalid,
                "init_command",
            ),
            ("POST", "/v2/box", &long, 400, invalid, "64 KB"),
            (
                "POST",
                "/v2/box",
                r#"{"clone_token":"x"}"#,
                400,
                invalid,
                "clone_repo",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"clone_repo":"--upload-pack=x"}"#,
                400,
                invalid,
                "dash",
            ),
            ("PUT", &startup, &long, 400, invalid, "64 KB"),
            ("PUT", &startup, "{}", 400, invalid, "init_command"),
            (
                "PUT",
                &startup,
                r#"{"init_command":""}"#,
                400,
                invalid,
                "empty",
            ),
            (
                "PUT",
                &startup,
                r#"{"init_command":"a\u0000"}"#,
                400,
                invalid,
                "NUL",
            ),
            (
                "GET",
                "/v2/box/nobody/startup",
                "",
                404,
                "box_not_found",
                "nobody",
            ),
        ],
    );
    assert_eq!(client.get("/v2/box").ok().as_array().unwrap().len(), 1);
    assert_eq!(client.get(&startup).ok(), json!({ "init_command": "" }));
}
