//! Snapshots of boxes whose processes are hard to hold still.

use serde_json::{Value, json};

use crate::support::{Client, Server};

fn snapshot(client: &Client, id: &str) -> Value {
    let path = format!("/v2/box/{id}/snapshots");
    client.post(&path, &json!({})).ok()
}

#[test]
fn a_box_that_starts_programs_all_the_time_can_be_held_still() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "touch go; for loop in 1 2 3 4; do \
         setsid sh -c 'while test -e go; do /bin/true; done' >/dev/null 2>&1 & done",
    );
    for _ in 0..8 {
        let taken = snapshot(&client, &id);
        let pause = taken["pause_us"].as_u64().unwrap();
        assert!(pause < 2_000_000, "{taken}");
    }
}

#[test]
fn a_process_that_the_box_had_stopped_stays_stopped() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "setsid sleep 1000 >/dev/null 2>&1 & echo $! > stopped; \
         until grep -q sleep /proc/$!/comm; do true; done; kill -STOP $!; \
         setsid sleep 1000 >/dev/null 2>&1 & echo $! > asleep",
    );
    assert!(snapshot(&client, &id)["pause_us"].is_u64());
    let state = |name: &str| client.output(&id, &format!("cut -d' ' -f3 /proc/$(cat {name})/stat"));
    assert_eq!(
        (state("stopped").trim(), state("asleep").trim()),
        ("T", "S")
    );
}

#[test]
fn a_file_with_two_names_is_still_one_after_a_copy() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    // Linked just before, and with much between its names, so that these are met far apart.
    client.output(
        &id,
        "setsid sleep 1000 >/dev/null 2>&1 & for d in a b c d e f; do mkdir $d; \
         for i in $(seq 300); do echo $i > $d/$i; done; done; echo one > file; \
         for d in a b c d e f; do ln file $d/name; done",
    );
    let taken = snapshot(&client, &id);
    assert!(taken["pause_us"].is_u64());
    let restored = client.restore(taken["id"].as_str().unwrap());
    let names = "stat -c '%i %h' file */name | sort -u | wc -l; cat file */name | sort -u";
    assert_eq!(client.output(&restored, names), "1\none\n");
}
