//! Taking snapshots and making boxes from them.

use serde_json::json;

use crate::support::{Server, wait_until};

#[test]
fn boxes_restored_from_one_snapshot_are_equal_at_first_and_then_independent() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "agent": "custom", "custom_runner": { "command": "agent" } }));
    client.output(&id, "echo before > file; mkdir dir; echo other > dir/other");
    let taken = client
        .post(
            &format!("/v2/box/{id}/snapshots"),
            &json!({ "name": "first" }),
        )
        .ok();
    assert_eq!(taken["box_id"], id.as_str());
    assert_eq!(
        (&taken["name"], &taken["status"]),
        (&json!("first"), &json!("ready"))
    );
    assert!(taken["size_bytes"].as_u64().unwrap() > 0);
    assert!(taken["created_at"].as_i64().unwrap() > 1_700_000_000);
    let snapshot = taken["id"].as_str().unwrap();
    assert!(
        snapshot.starts_with("snap_") && snapshot.len() == 25,
        "{snapshot}"
    );

    client.output(&id, "echo after > file; rm -r dir");
    let boxes: Vec<String> = (0..3).map(|_| client.restore(snapshot)).collect();
    for restored in &boxes {
        assert_eq!(
            client.output(restored, "cat file dir/other"),
            "before\nother\n"
        );
        client.output(restored, &format!("echo {restored} > file"));
    }
    for restored in &boxes {
        assert_eq!(client.output(restored, "cat file"), format!("{restored}\n"));
        let info = client.get(&format!("/v2/box/{restored}")).ok();
        assert_eq!(info["snapshot_id"], snapshot);
        assert_eq!(
            (&info["agent"], &info["model"]),
            (&json!("custom"), &json!("custom"))
        );
    }
    assert_eq!(client.output(&id, "cat file; ls"), "after\nfile\n");
}

#[test]
fn snapshots_are_listed_newest_first_and_outlive_their_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo 1 > file");
    let first = client.snapshot(&id, "one");
    client.output(&id, "echo 2 > file");
    let second = client.snapshot(&id, "two");
    // Nothing was written since: a snapshot all the same, and no new layer.
    let third = client.snapshot(&id, "three");
    assert_eq!(server.names_in("layers").len(), 2);
    let list = client.get(&format!("/v2/box/{id}/snapshots")).ok();
    let ids: Vec<_> = list["snapshots"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| one["id"].clone())
        .collect();
    assert_eq!(ids, [third.as_str(), &second, &first]);
    client
        .delete(&format!("/v2/box/{id}/snapshots/{third}"))
        .ok();

    client.delete(&format!("/v2/box/{id}")).ok();
    let all = client.get("/v2/box/snapshots").ok();
    assert_eq!(all["snapshots"].as_array().unwrap().len(), 2);
    for (snapshot, content) in [(first, "1\n"), (second, "2\n")] {
        assert_eq!(
            client.output(&client.restore(&snapshot), "cat file"),
            content
        );
    }
}

#[test]
fn a_box_with_live_processes_is_snapshotted_without_ending_them() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "echo kept > file; setsid sleep 67890 >/dev/null 2>&1 &",
    );
    let snapshot = client.snapshot(&id, "busy");
    assert_eq!(client.output(&id, "pgrep -cf '[s]leep 67890'"), "1\n");
    client.output(&id, "echo later > file");
    let again = client.snapshot(&id, "busy again");
    assert_eq!(
        client.output(&client.restore(&snapshot), "cat file"),
        "kept\n"
    );
    assert_eq!(
        client.output(&client.restore(&again), "cat file"),
        "later\n"
    );
    assert_eq!(client.output(&id, "cat file"), "later\n");
}

#[test]
fn no_command_is_lost_to_a_snapshot_that_is_taken_as_it_ends() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "true");
    std::thread::scope(|scope| {
        let commands = scope.spawn(|| {
            for number in 0..150 {
                assert_eq!(
                    client.output(&id, &format!("echo {number}")),
                    format!("{number}\n")
                );
            }
        });
        while !commands.is_finished() {
            client.snapshot(&id, "any");
        }
    });
}

#[test]
fn settings_of_the_restored_box_are_its_own() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({
        "name": "source", "labels": ["a"], "runtime": "python", "env_vars": { "SECRET": "of source" },
    }));
    client.output(&id, "echo x > file");
    let snapshot = client.snapshot(&id, "s");
    let body = json!({ "snapshot_id": snapshot, "name": "copy", "env_vars": { "OWN": "yes" } });
    let made = client.post("/v2/box/from-snapshot", &body).ok();
    assert_eq!(
        (&made["name"], &made["labels"]),
        (&json!("copy"), &json!([]))
    );
    assert_eq!(made["runtime"], "python");
    assert_eq!(
        client.output("copy", "echo ${SECRET-none} $OWN"),
        "none yes\n"
    );
}

#[test]
fn a_snapshot_without_a_name_gets_one() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let answer = client.send(
        "POST",
        &format!("/v2/box/{id}/snapshots"),
        &client.usual_headers(),
        b"",
    );
    let name = answer.ok()["name"].as_str().unwrap().to_owned();
    assert!(name.starts_with("snapshot-20"), "{name}");
}

#[test]
fn a_large_layer_is_counted_after_the_answer() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir many; cd many; seq 1 30000 | xargs touch; head -c 5000000 /dev/zero > zz",
    );
    let path = format!("/v2/box/{id}/snapshots");
    let taken = client.post(&path, &json!({ "name": "large" })).ok();
    assert!(taken["size_bytes"].as_u64().unwrap() > 0);
    wait_until("the exact size to be listed", || {
        let listed = client.get(&path).ok()["snapshots"][0]["size_bytes"].clone();
        listed.as_u64().unwrap() >= 5_000_000
    });
}

#[test]
fn the_root_of_a_box_keeps_its_own_mode_and_time() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo x > file; chmod 711 /; touch -d 2020-02-02 /");
    let restored = client.restore(&client.snapshot(&id, "changed root"));
    for id in [id, restored] {
        let seen = client.output(&id, "stat -c '%a %y' / | cut -c1-14");
        assert_eq!(seen, "711 2020-02-02\n");
    }
}

#[test]
fn a_snapshot_keeps_the_look_of_a_directory_even_when_nothing_else_was_written() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    for directory in ["/", "/usr"] {
        let id = client.create(json!({}));
        client.output(&id, "true");
        let change = format!("chmod 711 {directory}; touch -d 2020-02-02 {directory}");
        client.output(&id, &change);
        let restored = client.restore(&client.snapshot(&id, "changed look"));
        for id in [id, restored] {
            let seen = client.output(&id, &format!("stat -c '%a %y' {directory} | cut -c1-14"));
            assert_eq!(seen, "711 2020-02-02\n", "{directory}");
        }
    }
}
