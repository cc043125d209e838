//! What is left when boxes and snapshots go: records and nothing else.

use serde_json::json;

use crate::support::{Server, wait_until};

#[test]
fn a_deleted_box_leaves_a_tombstone_and_no_mount_process_or_directory() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "gone" }));
    client.output(&id, "echo x > file; setsid sleep 62345 >/dev/null 2>&1 &");
    assert_eq!(server.names_in("boxes"), [id.as_str()]);
    client.delete(&format!("/v2/box/{id}")).ok();

    assert!(!Server::is_process_alive("sleep 62345"));
    wait_until("the box's directory to go", || {
        server.names_in("boxes").is_empty()
    });
    let mounts = std::fs::read_to_string("/proc/mounts").unwrap();
    assert!(
        !mounts.contains(server.data().to_str().unwrap()),
        "{mounts}"
    );

    let tombstone = client.get(&format!("/v2/box/{id}")).ok();
    assert_eq!(tombstone["status"], "deleted");
    assert!(tombstone["deleted_at"].as_i64().unwrap() >= tombstone["created_at"].as_i64().unwrap());
    for path in ["status", "runs", "snapshots", "files/list"] {
        client
            .get(&format!("/v2/box/{id}/{path}"))
            .is_error(404, "box_not_found");
    }
    client.get("/v2/box/gone").is_error(404, "box_not_found");
    client
        .delete(&format!("/v2/box/{id}"))
        .is_error(404, "box_not_found");
    client
        .post(
            &format!("/v2/box/{id}/exec"),
            &json!({ "command": ["true"] }),
        )
        .is_error(404, "box_not_found");
}

#[test]
fn a_layer_goes_with_the_last_that_needs_it() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo x > file");
    let snapshot = client.snapshot(&id, "one");
    let restored = client.restore(&snapshot);
    assert_eq!(server.names_in("layers").len(), 1);

    client.delete(&format!("/v2/box/{id}")).ok();
    assert_eq!(server.names_in("layers").len(), 1);
    let path = format!("/v2/box/{restored}/snapshots/{snapshot}");
    client.delete(&path).is_error(404, "snapshot_not_found");
    let body = json!({ "ids": [snapshot, "snap_unknown"] }).to_string();
    let answer = client.send(
        "DELETE",
        "/v2/box/snapshots",
        &client.usual_headers(),
        body.as_bytes(),
    );
    assert_eq!(answer.ok()["deleted"], 1);
    // The restored box still stands on it.
    assert_eq!(server.names_in("layers").len(), 1);
    assert_eq!(client.output(&restored, "cat file"), "x\n");

    client.delete(&format!("/v2/box/{restored}")).ok();
    wait_until("the layer to go", || server.names_in("layers").is_empty());
    wait_until("the trash to be emptied", || {
        server.names_in("trash").is_empty()
    });
}

#[test]
fn several_boxes_are_deleted_by_their_ids_or_all_by_an_explicit_word() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let all: Vec<String> = (0..4).map(|_| client.create(json!({}))).collect();
    let send = |path: &str, body: &str| {
        client.send("DELETE", path, &client.usual_headers(), body.as_bytes())
    };
    let body = json!({ "ids": [all[0], all[1], "nobody"] }).to_string();
    assert_eq!(send("/v2/box", &body).ok(), json!({ "deleted": 2 }));
    send("/v2/box?all=true", &body).is_error(400, "invalid_argument");
    assert_eq!(client.get("/v2/box").ok().as_array().unwrap().len(), 2);
    assert_eq!(send("/v2/box?all=true", "{}").ok(), json!({ "deleted": 2 }));
    assert_eq!(client.get("/v2/box").ok(), json!([]));
}
