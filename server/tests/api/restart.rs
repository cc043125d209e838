//! A server that ends, by request or by force, and the next one on the same data.

use std::process::Command;

use serde_json::json;

use crate::support::{Server, binary, wait_until};

#[test]
fn killing_the_server_loses_nothing_and_leaves_no_process() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "survivor", "env_vars": { "TOKEN": "kept" } }));
    client.output(&id, "echo sealed > sealed");
    let snapshot = client.snapshot(&id, "before");
    client.output(&id, "echo unsealed > unsealed");
    let body = json!({ "command": ["sleep", "68901"] }).to_string();
    let path = format!("/v2/box/{id}/exec");
    let _unanswered = client.open("POST", &path, &client.usual_headers(), body.as_bytes());
    wait_until("the command to start", || {
        Server::is_process_alive("sleep 68901")
    });
    let before = client.get("/v2/box/survivor").ok();
    assert_eq!(before["status"], "running");

    server.kill_and_restart();
    assert!(!Server::is_process_alive("sleep 68901"));
    let client = server.client();
    let after = client.get("/v2/box/survivor").ok();
    assert_eq!(
        (&after["id"], &after["status"]),
        (&before["id"], &json!("idle"))
    );
    assert_eq!(
        client.output(&id, "cat sealed unsealed; echo $TOKEN"),
        "sealed\nunsealed\nkept\n"
    );
    assert_eq!(client.output(&client.restore(&snapshot), "ls"), "sealed\n");
    let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
    let lost = &runs["runs"][1];
    assert_eq!(
        (&lost["prompt"], &lost["status"]),
        (&json!("sleep 68901"), &json!("failed"))
    );
}

#[test]
fn a_layer_that_was_sealed_but_not_recorded_goes_back_to_its_box() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo precious > file");
    assert_eq!(server.terminate(), Some(0));
    // As a crash leaves it between the rename and the record.
    let upper = server.data().join("boxes").join(&id).join("upper");
    std::fs::rename(upper, server.data().join("layers").join(format!("{id}.1"))).unwrap();
    server.start_again();
    let client = server.client();
    assert_eq!(client.output(&id, "cat file"), "precious\n");
    let snapshot = client.snapshot(&id, "now recorded");
    assert_eq!(
        client.output(&client.restore(&snapshot), "cat file"),
        "precious\n"
    );
}

#[test]
fn a_disk_that_was_made_but_not_given_to_its_box_can_be_written() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let id = server.client().create(json!({}));
    assert_eq!(server.terminate(), Some(0));
    // As a crash leaves it before the first command.
    let upper = server.data().join("boxes").join(&id).join("upper");
    std::fs::create_dir_all(upper.join("root")).unwrap();
    server.start_again();
    let client = server.client();
    assert_eq!(client.output(&id, "echo x > file; cat file"), "x\n");
}

#[test]
fn a_stop_ends_every_process_and_cuts_no_record() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    let other = client.create(json!({}));
    client.output(&other, "setsid sleep 69012 >/dev/null 2>&1 &");
    assert_eq!(server.terminate(), Some(0));
    assert!(!Server::is_process_alive("sleep 69012"));
    server.start_again();
    let client = server.client();
    assert_eq!(
        client.get(&format!("/v2/box/{id}")).ok()["status"],
        "paused"
    );
    assert_eq!(
        client.get(&format!("/v2/box/{other}")).ok()["status"],
        "idle"
    );
}

#[test]
fn a_data_directory_has_one_server() {
    let Some(server) = Server::start() else {
        return;
    };
    let second = Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(server.data())
        .output()
        .unwrap();
    assert_eq!(second.status.code(), Some(1));
    let error = String::from_utf8_lossy(&second.stderr);
    assert!(error.contains("another box-server"), "{error}");
}
