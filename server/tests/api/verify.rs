//! Verifying that a snapshot still holds what it held.

use std::fs;

use serde_json::{Value, json};

use crate::support::{Client, Server, wait_until};

fn verify(client: &Client, snapshot: &str) -> Value {
    client
        .post(&format!("/v2/box/snapshots/{snapshot}/verify"), &json!({}))
        .ok()
}

#[test]
fn the_first_verification_is_kept_and_later_ones_are_compared_with_it() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "mkdir d; printf 12345 > d/a; printf 67 > b; ln -s b c");
    let snapshot = client.snapshot(&id, "s");
    let first = verify(&client, &snapshot);
    assert_eq!(first["status"], "recorded");
    assert_eq!((&first["files"], &first["bytes"]), (&json!(3), &json!(7)));
    let digest = first["digest"].as_str().unwrap();
    assert_eq!(digest.len(), "sha256:".len() + 64);
    assert!(digest.starts_with("sha256:"));

    client.output(&id, "echo later > b");
    server.kill_and_restart();
    let client = server.client();
    let again = verify(&client, &snapshot);
    assert_eq!(
        (&again["status"], &again["digest"]),
        (&json!("unchanged"), &first["digest"])
    );

    // As a broken disk, or a curious administrator, would.
    let file = server
        .data()
        .join("layers")
        .join(format!("{id}.1/root/workspace/home/d/a"));
    fs::write(&file, "54321").unwrap();
    let changed = verify(&client, &snapshot);
    assert_eq!(changed["status"], "changed");
    assert_ne!(changed["digest"], first["digest"]);
    fs::write(&file, "12345").unwrap();
    assert_eq!(verify(&client, &snapshot)["status"], "unchanged");
}

#[test]
fn every_kind_of_change_changes_the_digest() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let make = "mkdir d; echo 1 > d/a; echo 2 > b; ln -s b c; mkfifo p; : > empty";
    let digest = |more: &str| {
        let id = client.create(json!({}));
        client.output(&id, &format!("umask 022; {make}; {more}"));
        let found = verify(&client, &client.snapshot(&id, "s"));
        assert_eq!(found["status"], "recorded");
        found["digest"].as_str().unwrap().to_owned()
    };
    let plain = digest("true");
    // Times, and the way there, don't matter.
    assert_eq!(digest("touch -d 2020-02-02 b; echo x > t; rm t"), plain);
    let mut seen = vec![plain];
    for change in [
        "echo 3 > b",
        "chmod 600 b",
        "chmod 700 d",
        "mv b B",
        "ln -sfn B c",
        "rm p",
        "rm p; : > p",
        "rm empty; mkdir empty",
        "rm /etc/hosts",
        "echo >> empty",
    ] {
        let changed = digest(change);
        assert!(!seen.contains(&changed), "{change}");
        seen.push(changed);
    }
}

#[test]
fn merging_layers_does_not_change_the_digest() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir -p d/e; echo 1 > d/a; echo 1 > d/e/b; rm /etc/hosts",
    );
    client.snapshot(&id, "first");
    client.output(&id, "rm -r d/e; mkdir d/e; echo 2 > d/e/c; rm d/a");
    let early = client.snapshot(&id, "early");
    for number in 0..14 {
        client.output(
            &id,
            &format!("echo {number} > file; echo {number} > f{number}"),
        );
        client.snapshot(&id, "s");
    }
    let full = client.snapshot(&id, "full");
    let before = [verify(&client, &early), verify(&client, &full)];
    client.output(&id, "echo one > more");
    let last = client.snapshot(&id, "more");
    client.output(&id, "echo two > more");
    client.snapshot(&id, "more");
    wait_until("the layers to be merged", || {
        let layers = server.names_in("layers");
        layers.iter().any(|name| name.starts_with("merged"))
    });
    for (snapshot, before) in [early, full].iter().zip(before) {
        let after = verify(&client, snapshot);
        assert_eq!(
            (&after["status"], &after["digest"]),
            (&json!("unchanged"), &before["digest"])
        );
    }
    assert_eq!(verify(&client, &last)["status"], "recorded");
}

#[test]
fn a_snapshot_that_is_gone_can_t_be_verified_and_its_digest_goes_with_it() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo 1 > a");
    let snapshot = client.snapshot(&id, "s");
    verify(&client, &snapshot);
    client
        .delete(&format!("/v2/box/{id}/snapshots/{snapshot}"))
        .ok();
    client
        .post(&format!("/v2/box/snapshots/{snapshot}/verify"), &json!({}))
        .is_error(404, "snapshot_not_found");
    let path = server.data().join("boxes.sqlite");
    let kept: u32 = rusqlite::Connection::open(path)
        .unwrap()
        .query_row("SELECT count(*) FROM snapshot_digests", [], |row| {
            row.get(0)
        })
        .unwrap();
    assert_eq!(kept, 0);
}
