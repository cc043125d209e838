//! Making, finding, pausing and listing boxes.

use serde_json::{Value, json};

use crate::support::{Server, wait_until};

fn ids(list: &Value) -> Vec<&str> {
    list.as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].as_str().unwrap())
        .collect()
}

#[test]
fn a_box_is_made_and_found_by_id_and_name() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let made = client
        .post(
            "/v2/box",
            &json!({
                "name": "my box", "labels": ["team:a", "x"], "size": "large", "runtime": "node",
                "agent": "claude-code", "model": "m", "agent_api_key": "sk-secret",
                "github_token": "ghp-secret", "env_vars": { "TOKEN": "env-secret" },
                "git_user_name": null, "unknown_member": { "is": "passed over" },
            }),
        )
        .ok();
    let id = made["id"].as_str().unwrap();
    let words: Vec<&str> = id.split('-').collect();
    assert!(words.len() == 3 && words[2].len() == 5, "{id}");
    assert_eq!(made["status"], "idle");
    assert_eq!(made["labels"], json!(["team:a", "x"]));
    assert_eq!(
        (&made["size"], &made["agent"], &made["model"]),
        (&json!("large"), &json!("claude-code"), &json!("m"))
    );
    assert!(made["created_at"].as_i64().unwrap() > 1_700_000_000);
    for path in [format!("/v2/box/{id}"), "/v2/box/my%20box".to_owned()] {
        assert_eq!(client.get(&path).ok(), made);
    }
    assert_eq!(
        client.get(&format!("/v2/box/{id}/status")).ok(),
        json!({ "status": "idle" })
    );

    // What it was trusted with is nowhere to be read: not in an answer, not on the disk.
    let database: Vec<u8> = server
        .names_in(".")
        .iter()
        .filter(|name| name.starts_with("boxes.sqlite"))
        .flat_map(|name| std::fs::read(server.data().join(name)).unwrap())
        .collect();
    for secret in ["sk-secret", "ghp-secret", "env-secret"] {
        assert!(!made.to_string().contains(secret));
        assert!(
            !database
                .windows(secret.len())
                .any(|bytes| bytes == secret.as_bytes())
        );
    }
    assert!(!database.is_empty());
}

#[test]
fn a_list_is_an_array_newest_first_and_filtered() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    assert_eq!(client.get("/v2/box").ok(), json!([]));
    let a = client.create(json!({ "labels": ["red"] }));
    let b = client.create(json!({ "labels": ["red", "blue"] }));
    let c = client.create(json!({}));
    assert_eq!(ids(&client.get("/v2/box").ok()), [&c, &b, &a]);
    assert_eq!(ids(&client.get("/v2/box?label=red").ok()), [&b, &a]);
    assert_eq!(
        ids(&client.get("/v2/box?label=re").ok()),
        Vec::<&str>::new()
    );
    client.delete(&format!("/v2/box/{b}")).ok();
    assert_eq!(ids(&client.get("/v2/box").ok()), [&c, &a]);
    assert_eq!(ids(&client.get("/v2/box?status=deleted").ok()), [&b]);
}

#[test]
fn a_body_may_be_absent() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let answer = client.send("POST", "/v2/box", &client.usual_headers(), b"");
    let id = answer.ok()["id"].as_str().unwrap().to_owned();
    client
        .send(
            "POST",
            &format!("/v2/box/{id}/pause"),
            &client.usual_headers(),
            b"",
        )
        .ok();
}

#[test]
fn a_paused_box_keeps_its_disk_and_wakes_for_work() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "echo kept > file; setsid sleep 61234 >/dev/null 2>&1 &",
    );
    wait_until("the process in the background", || {
        Server::is_process_alive("sleep 61234")
    });
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    assert!(!Server::is_process_alive("sleep 61234"));
    assert_eq!(
        client.get(&format!("/v2/box/{id}")).ok()["status"],
        "paused"
    );
    assert_eq!(client.output(&id, "cat file"), "kept\n");
    assert_eq!(client.get(&format!("/v2/box/{id}")).ok()["status"], "idle");
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    client
        .post(&format!("/v2/box/{id}/resume"), &json!({}))
        .ok();
    assert_eq!(client.get(&format!("/v2/box/{id}")).ok()["status"], "idle");

    let steady = client.create(json!({ "keep_alive": true }));
    let refused = client.post(&format!("/v2/box/{steady}/pause"), &json!({}));
    refused.is_error(409, "conflict");
}

#[test]
fn a_name_is_free_again_when_its_box_is_deleted() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let first = client.create(json!({ "name": "worker" }));
    client
        .post("/v2/box", &json!({ "name": first }))
        .is_error(409, "conflict");
    client.delete("/v2/box/worker").ok();
    let second = client.create(json!({ "name": "worker" }));
    assert_eq!(client.get("/v2/box/worker").ok()["id"], second.as_str());
}

/// What the package asks for by name before it relies on it.
const ASKED_FOR: &[&str] = &[
    "exec_env",
    "exec_session_browser",
    "exec_stdin",
    "files_archive",
    "fork",
    "rollback",
    "snapshot_diff",
    "snapshot_retention",
];

#[test]
fn capabilities_are_told_once_each_and_name_all_that_the_package_asks_for() {
    let Some(server) = Server::start() else {
        return;
    };
    let answer = server.client().get("/v2/capabilities").ok();
    assert_eq!(answer["server"], "box-server");
    let features: Vec<&str> = answer["features"]
        .as_array()
        .unwrap()
        .iter()
        .map(|feature| feature.as_str().unwrap())
        .collect();
    assert!(
        features.is_sorted_by(|one, next| one < next),
        "{features:?}"
    );
    for feature in ASKED_FOR {
        assert!(features.contains(feature), "{feature}");
    }
}
