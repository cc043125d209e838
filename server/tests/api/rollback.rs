//! Putting a box back to a snapshot in place.

use std::fs;

use rusqlite::Connection;
use serde_json::json;

use crate::support::{Server, wait_until};

#[test]
fn a_rollback_gives_the_same_box_the_snapshot_s_disk_and_ends_what_runs() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "one", "env_vars": { "KEPT": "yes" } }));
    client.output(&id, "echo 1 > file; mkdir dir; echo deep > dir/deep");
    let first = client.snapshot(&id, "first");
    client.output(&id, "echo 2 > file; rm -r dir");
    let second = client.snapshot(&id, "second");
    client.output(
        &id,
        "echo 3 > file; touch unsaved; setsid sleep 71234 >/dev/null 2>&1 &",
    );
    let path = format!("/v2/box/{id}/rollback");
    let back = client.post(&path, &json!({ "snapshot_id": first })).ok();
    assert_eq!(
        (&back["id"], &back["name"], &back["snapshot_id"]),
        (&json!(id), &json!("one"), &json!(first))
    );
    assert!(!Server::is_process_alive("sleep 71234"));
    assert_eq!(
        client.output(&id, "cat file dir/deep; ls; echo $KEPT"),
        "1\ndeep\ndir\nfile\nyes\n"
    );
    // Forward again, by the name, and without having written anything since.
    client
        .post("/v2/box/one/rollback", &json!({ "snapshot_id": second }))
        .ok();
    assert_eq!(client.output(&id, "cat file; ls"), "2\nfile\n");
    assert_eq!(
        client.output(&client.restore(&first), "cat file dir/deep"),
        "1\ndeep\n"
    );
}

#[test]
fn a_box_takes_over_the_disk_of_another_and_snapshots_of_it_are_its_own() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let source = client.create(json!({}));
    client.output(&source, "echo source > file");
    let snapshot = client.snapshot(&source, "s");
    let id = client.create(json!({}));
    client.output(&id, "echo own > own");
    let own = client.snapshot(&id, "own");
    client.output(&id, "echo unsaved > unsaved");
    let path = format!("/v2/box/{id}/rollback");
    client.post(&path, &json!({ "snapshot_id": snapshot })).ok();
    assert_eq!(client.output(&id, "cat file; ls"), "source\nfile\n");
    client.output(&id, "echo later > later");
    let later = client.snapshot(&id, "later");
    assert_eq!(
        client.output(&client.restore(&later), "ls"),
        "file\nlater\n"
    );
    assert_eq!(client.output(&client.restore(&own), "ls"), "own\n");
    assert_eq!(client.output(&source, "ls"), "file\n");
}

#[test]
fn layers_that_a_rollback_leaves_without_use_are_removed() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo 1 > file");
    let first = client.snapshot(&id, "first");
    client.output(&id, "echo 2 > file");
    let second = client.snapshot(&id, "second");
    client.output(&id, "echo 3 > file");
    client
        .delete(&format!("/v2/box/{id}/snapshots/{second}"))
        .ok();
    let path = format!("/v2/box/{id}/rollback");
    client.post(&path, &json!({ "snapshot_id": first })).ok();
    wait_until("the layers to go", || {
        server.names_in("layers") == [format!("{id}.1")]
    });
    assert_eq!(client.output(&id, "cat file"), "1\n");
}

#[test]
fn a_rollback_that_is_refused_changes_nothing() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo saved > file");
    let snapshot = client.snapshot(&id, "s");
    client.output(&id, "echo unsaved > file");
    let path = format!("/v2/box/{id}/rollback");
    let unknown = json!({ "snapshot_id": "snap_aaaaaaaaaaaaaaaaaaaa" });
    client
        .post(&path, &unknown)
        .is_error(404, "snapshot_not_found");
    client
        .post("/v2/box/no-such-box/rollback", &unknown)
        .is_error(404, "box_not_found");
    client
        .post(&path, &json!({}))
        .is_error(400, "invalid_argument");
    assert_eq!(client.output(&id, "cat file"), "unsaved\n");

    server.terminate();
    let database = Connection::open(server.data().join("boxes.sqlite")).unwrap();
    assert_eq!(
        database
            .execute("UPDATE layers SET damaged = 1", [])
            .unwrap(),
        1
    );
    server.start_again();
    let client = server.client();
    client
        .post(&path, &json!({ "snapshot_id": snapshot }))
        .is_error(409, "conflict");
    assert_eq!(client.output(&id, "cat file"), "unsaved\n");
}

#[test]
fn a_crash_in_the_middle_of_a_rollback_leaves_the_old_disk_or_the_new_one() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo saved > file");
    let snapshot = client.snapshot(&id, "s");
    client.output(&id, "echo old > file");
    assert_eq!(server.terminate(), Some(0));
    // Set aside, not recorded.
    let upper = server.data().join("boxes").join(&id).join("upper");
    let layer = |number| server.data().join("layers").join(format!("{id}.{number}"));
    fs::rename(&upper, layer(2)).unwrap();
    server.start_again();
    assert_eq!(server.client().output(&id, "cat file"), "old\n");

    let path = format!("/v2/box/{id}/rollback");
    let body = json!({ "snapshot_id": snapshot });
    server.client().post(&path, &body).ok();
    assert_eq!(server.terminate(), Some(0));
    // Recorded, not removed.
    let aside = server.data().join("layers").join(format!("{id}.2"));
    fs::create_dir_all(aside.join("root/workspace/home")).unwrap();
    fs::write(aside.join("root/workspace/home/file"), "old").unwrap();
    server.start_again();
    assert_eq!(server.client().output(&id, "cat file"), "saved\n");
    wait_until("what was set aside to go", || !aside.exists());
}

#[test]
fn an_acknowledged_rollback_survives_the_end_of_the_server_at_once() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo saved > file");
    let snapshot = client.snapshot(&id, "s");
    for round in 0..5 {
        let client = server.client();
        client.output(&id, &format!("echo {round} > file; echo {round} > new"));
        let path = format!("/v2/box/{id}/rollback");
        client.post(&path, &json!({ "snapshot_id": snapshot })).ok();
        server.kill_and_restart();
        assert_eq!(server.client().output(&id, "cat file; ls"), "saved\nfile\n");
    }
    wait_until("what was set aside to go", || {
        server.names_in("layers") == [format!("{id}.1")]
    });
}
