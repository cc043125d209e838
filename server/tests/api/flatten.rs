//! Boxes with many snapshots behind them.

use std::path::Path;
use std::process::Command;

use rusqlite::{Connection, params};
use serde_json::json;

use crate::support::{Client, Layout, Server, wait_until};

/// Everything about a tree that must stay the same when its layers are merged. Not the number of
/// links: older snapshots share the files.
const DESCRIBE: &str = "cd /workspace && find . /tmp /opt | sort | while read -r path; do \
    stat -c '%n %F %a %u %g %s %Y' \"$path\"; \
    test -f \"$path\" && cksum < \"$path\"; test -L \"$path\" && readlink \"$path\"; done; \
    ls /usr/bin/env /usr/bin/perl /usr/games 2>/dev/null; true";

/// How many layers a box's root is mounted from.
fn layers(client: &Client, id: &str) -> u32 {
    let count = "head -1 /proc/mounts | grep -o 'lowerdir=[^,]*' | tr ':' '\\n' | wc -l";
    client.output(id, count).trim().parse().unwrap()
}

#[test]
fn merging_the_layers_of_a_box_changes_nothing_that_it_sees() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir -p kept/deep gone opaque/old; echo 1 > kept/deep/a; echo 2 > gone/b; \
         echo 3 > opaque/old/c; ln -s deep kept/link; mkfifo kept/pipe; echo x > kept/one; \
         ln kept/one kept/two; chmod 751 kept/deep; touch -d 2020-02-02 kept/deep; \
         truncate -s 1M kept/sparse; echo 6 > kept/deep/ghost",
    );
    let first = client.snapshot(&id, "first");
    client.output(
        &id,
        "rm -r gone kept/deep/ghost; rm -r opaque; mkdir opaque; echo 4 > opaque/new; rm kept/deep/a; \
         mkdir kept/deep/a; echo 5 > kept/deep/a/e; mv kept/one /opt/one; rm /etc/hosts",
    );
    client.snapshot(&id, "second");
    for number in 0..14 {
        client.output(
            &id,
            &format!("echo {number} > file{number}; echo {number} > again"),
        );
        client.snapshot(&id, &format!("snapshot {number}"));
    }
    let before = client.output(&id, DESCRIBE);

    assert!(layers(&client, &id) > 14);

    let last = client.snapshot(&id, "last");
    wait_until("the box to stand on few layers", || {
        client.output(&id, "date +%N > /var/tmp/now");
        client.snapshot(&id, "one more");
        layers(&client, &id) < 8
    });

    assert_eq!(client.output(&id, DESCRIBE), before);
    let restored = client.restore(&last);
    assert_eq!(client.output(&restored, DESCRIBE), before);
    assert_eq!(client.sh(&restored, "cat /etc/hosts")["exit_code"], 1);
    let early = client.restore(&first);
    assert_eq!(
        client.output(&early, "cat gone/b opaque/old/c kept/deep/a"),
        "2\n3\n1\n"
    );
}

#[test]
fn layers_with_directories_that_are_closed_to_everyone_are_merged() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir -p shut/inner; echo 1 > shut/inner/file; ln -s file shut/inner/link; \
         chmod 000 shut/inner/file shut/inner shut",
    );
    for number in 0..17 {
        let change = format!("echo {number} > again; echo {number} >> shut/inner/more");
        client.output(&id, &change);
        client.snapshot(&id, &format!("snapshot {number}"));
    }
    let look = "sudo cat shut/inner/file again; wc -l < shut/inner/more; readlink shut/inner/link; \
        stat -c '%n %F %a' shut shut/inner shut/inner/file";
    let before = client.output(&id, look);
    wait_until("the box to stand on few layers", || {
        client.output(&id, "date +%N > /var/tmp/now");
        client.snapshot(&id, "one more");
        layers(&client, &id) < 8
    });
    assert_eq!(client.output(&id, look), before);
}

/// Puts copies of a box's one layer on top of it, as many snapshots would.
fn pile_up(data: &Path, id: &str, most: u32) {
    let database = Connection::open(data.join("boxes.sqlite")).unwrap();
    let own = "SELECT layer_id FROM box_layers WHERE box_id = ?1";
    let layer: String = database.query_row(own, [id], |row| row.get(0)).unwrap();
    for position in 1..most {
        let copy = format!("{layer}-copy{position}");
        let mut cp = Command::new("cp");
        cp.arg("-a").arg(data.join("layers").join(&layer));
        assert!(
            cp.arg(data.join("layers").join(&copy))
                .status()
                .unwrap()
                .success()
        );
        let insert = "INSERT INTO layers (id, size_bytes, counted, durable) VALUES (?1, 1, 1, 1)";
        database.execute(insert, [&copy]).unwrap();
        let insert = "INSERT INTO box_layers (box_id, position, layer_id) VALUES (?1, ?2, ?3)";
        database
            .execute(insert, params![id, position, copy])
            .unwrap();
    }
}

#[test]
fn a_box_on_as_many_layers_as_there_can_be_refuses_another_until_they_are_merged() {
    const MOST: u32 = 300;
    let Some(mut server) = Server::start() else {
        return;
    };
    let id = server.client().create(json!({}));
    server.client().output(&id, "echo kept > file");
    server.client().snapshot(&id, "first");
    assert_eq!(server.terminate(), Some(0));
    pile_up(server.data(), &id, MOST);
    server.start_again();

    let client = server.client();
    assert_eq!(client.output(&id, "cat file; echo new > new"), "kept\n");
    let path = format!("/v2/box/{id}/snapshots");
    let refused = client.post(&path, &json!({}));
    assert!(
        refused.text().contains("too many layers"),
        "{}",
        refused.text()
    );
    refused.is_error(409, "conflict");
    wait_until("the layers to be merged", || {
        client.post(&path, &json!({ "name": "merged" })).status == 200
    });
    let taken = client.get(&path).ok();
    let restored = client.restore(taken["snapshots"][0]["id"].as_str().unwrap());
    for id in [id, restored] {
        assert_eq!(client.output(&id, "cat file new"), "kept\nnew\n");
    }
}

#[test]
fn the_layers_of_an_image_count_among_those_that_can_be_mounted() {
    // Two more has every layout, and the server adds one; with those of the box it makes 500.
    let layout = Layout::with_more_layers(248);
    let Some(mut server) = Server::start_with(&["--image", &layout.argument()]) else {
        return;
    };
    let id = server.client().create(json!({}));
    server.client().output(&id, "echo kept > file");
    server.client().snapshot(&id, "first");
    assert_eq!(server.terminate(), Some(0));
    pile_up(server.data(), &id, 249);
    server.start_again();

    let client = server.client();
    assert_eq!(client.output(&id, "cat file; echo new > new"), "kept\n");
    let path = format!("/v2/box/{id}/snapshots");
    let refused = client.post(&path, &json!({}));
    refused.is_error(409, "conflict");
    assert!(
        refused.text().contains("stands on 249"),
        "{}",
        refused.text()
    );
    wait_until("the layers to be merged", || {
        client.post(&path, &json!({ "name": "merged" })).status == 200
    });
    assert_eq!(client.output(&id, "cat file new"), "kept\nnew\n");
}
