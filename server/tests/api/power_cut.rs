//! What a machine that loses power may leave.
//!
//! Where loop devices can be had, it is what a disk holds at one instant, without anything that was
//! still in memory. The rest is made by hand.

use rusqlite::Connection;
use serde_json::json;

use std::path::Path;

use crate::support::{FragileDisk, Server, wait_until};

const DISK_MEBIBYTES: u64 = 256;

fn database(server: &Server) -> Connection {
    open(server.data())
}

fn open(data: &Path) -> Connection {
    let connection = Connection::open(data.join("boxes.sqlite")).unwrap();
    connection
        .busy_timeout(std::time::Duration::from_secs(10))
        .unwrap();
    connection
}

#[test]
fn a_snapshot_becomes_durable_soon_after_it_is_ready() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo data > file");
    client.snapshot(&id, "soon on disk");
    let database = database(&server);
    wait_until("the layer to be on disk", || {
        database
            .query_row("SELECT min(durable) FROM layers", [], |row| row.get(0))
            .unwrap()
    });
}

#[test]
fn a_snapshot_that_was_not_on_disk_when_the_power_went_is_never_restored() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo data > file");
    let kept = client.snapshot(&id, "on disk");
    client.output(&id, "echo more > file");
    let lost = client.snapshot(&id, "not yet");

    server.terminate();
    let sql = "UPDATE layers SET durable = (id LIKE '%.1'), boot_id = 'an earlier one'";
    assert_eq!(database(&server).execute(sql, []).unwrap(), 2);
    server.start_again();

    let client = server.client();
    let snapshots = client.get(&format!("/v2/box/{id}/snapshots")).ok();
    assert_eq!(snapshots["snapshots"][0]["status"], "error");
    assert_eq!(snapshots["snapshots"][1]["status"], "ready");
    client
        .post("/v2/box/from-snapshot", &json!({ "snapshot_id": lost }))
        .is_error(409, "conflict");
    let restored = client.restore(&kept);
    assert_eq!(client.output(&restored, "cat file"), "data\n");
}

/// A server whose disk can lose power.
fn on_a_fragile_disk() -> Option<(FragileDisk, Server)> {
    let disk = FragileDisk::make(DISK_MEBIBYTES)?;
    let server = Server::start_at(&disk.place().join("data"), &[])?;
    Some((disk, server))
}

/// A server on what the power cut has left. The machine has another boot id then.
fn server_after(cut: &Path) -> Server {
    let data = cut.join("data");
    let sql = "UPDATE layers SET boot_id = 'an earlier one'";
    open(&data).execute(sql, []).unwrap();
    Server::start_at(&data, &[]).unwrap()
}

#[test]
fn a_box_deleted_just_before_the_power_went_is_whole_or_gone() {
    let Some((mut disk, server)) = on_a_fragile_disk() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo sealed > one");
    client.snapshot(&id, "one");
    client.output(&id, "echo not sealed > two");
    disk.sync();
    client.delete(&format!("/v2/box/{id}")).ok();
    disk.commit_journal();
    let cut = disk.cut_power();

    let after = server_after(&cut);
    let client = after.client();
    let status = client.get(&format!("/v2/box/{id}")).ok()["status"].clone();
    println!("after the power cut the box is {status}");
    if status != "deleted" {
        assert_eq!(client.output(&id, "cat one two"), "sealed\nnot sealed\n");
    }
}

#[test]
fn a_snapshot_deleted_just_before_the_power_went_is_whole_or_gone() {
    let Some((mut disk, server)) = on_a_fragile_disk() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo sealed > one");
    let snapshot = client.snapshot(&id, "one");
    let database = database(&server);
    let is_durable = || database.query_row("SELECT min(durable) FROM layers", [], |row| row.get(0));
    wait_until("the layer to be on disk", || is_durable().unwrap());
    client.delete(&format!("/v2/box/{id}")).ok();
    disk.sync();
    let body = json!({ "ids": [snapshot] });
    let answer = client.request("DELETE", "/v2/box/snapshots", &body).ok();
    assert_eq!(answer["deleted"], 1);
    disk.commit_journal();
    let cut = disk.cut_power();

    let after = server_after(&cut);
    let client = after.client();
    let found = client.get(&format!("/v2/box/snapshots/{snapshot}"));
    println!("after the power cut: {} {}", found.status, found.text());
    if found.status == 200 {
        assert_eq!(found.json()["status"], "ready");
        let restored = client.restore(&snapshot);
        assert_eq!(client.output(&restored, "cat one"), "sealed\n");
    }
}

#[test]
fn merging_layers_while_the_power_goes_harms_no_snapshot_that_was_on_the_disk() {
    let Some((mut disk, server)) = on_a_fragile_disk() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let mut snapshots = Vec::new();
    for number in 1..=16 {
        client.output(
            &id,
            &format!("echo {number} > file{number}; echo {number} > last"),
        );
        snapshots.push(client.snapshot(&id, &format!("{number}")));
    }
    let database = database(&server);
    let is_durable = || database.query_row("SELECT min(durable) FROM layers", [], |row| row.get(0));
    wait_until("the layers to be on disk", || is_durable().unwrap());
    disk.sync();
    client.output(&id, "echo 17 | tee last > file17");
    snapshots.push(client.snapshot(&id, "17"));

    let merged = "SELECT count(*) = 1 FROM box_layers";
    let is_merged = || database.query_row(merged, [], |row| row.get(0));
    let mut cuts = vec![disk.cut_power()];
    wait_until("the layers to be merged", || {
        if cuts.len() < 4 {
            disk.commit_journal();
            cuts.push(disk.cut_power());
        }
        is_merged().unwrap()
    });
    disk.commit_journal();
    cuts.push(disk.cut_power());
    for cut in cuts {
        let after = server_after(&cut);
        let client = after.client();
        for (snapshot, number) in snapshots.iter().zip(1..) {
            let found = client.get(&format!("/v2/box/snapshots/{snapshot}"));
            // The last was not on the disk before its layer was merged into one that is.
            if number == 17 && (found.status != 200 || found.json()["status"] == "error") {
                continue;
            }
            let found = found.ok();
            assert_eq!(found["status"], "ready", "{found}");
            if number % 8 == 1 {
                let restored = client.restore(snapshot);
                let command = format!("cat last file{number} file1; ls | wc -l");
                let expected = format!("{number}\n{number}\n1\n{}\n", number + 1);
                assert_eq!(client.output(&restored, &command), expected);
            }
        }
    }
}

#[test]
fn a_box_that_went_on_after_a_snapshot_still_has_what_it_had_when_the_power_goes() {
    let Some((mut disk, server)) = on_a_fragile_disk() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo for hours > one");
    disk.sync();
    client.snapshot(&id, "one");
    client.output(&id, "echo went on > two");
    disk.commit_journal();
    let cut = disk.cut_power();

    let after = server_after(&cut);
    assert_eq!(after.client().output(&id, "cat one"), "for hours\n");
}

#[test]
fn a_box_that_went_on_after_a_rollback_has_one_disk_or_the_other_when_the_power_goes() {
    let Some((mut disk, server)) = on_a_fragile_disk() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo first > file");
    let first = client.snapshot(&id, "first");
    client.output(&id, "echo second > file; echo second > other");
    disk.sync();
    let body = json!({ "snapshot_id": first });
    client.post(&format!("/v2/box/{id}/rollback"), &body).ok();
    client.output(&id, "echo third > new");
    disk.commit_journal();
    let cut = disk.cut_power();

    let after = server_after(&cut);
    let found = after
        .client()
        .output(&id, "cat file; ls; cat new other 2>/dev/null; true");
    println!("after the power cut: {found:?}");
    let is_old = found == "second\nfile\nother\nsecond\n";
    assert!(is_old || found.starts_with("first\nfile\n") && !found.contains("second"));
}

#[test]
fn what_was_ready_at_a_clean_stop_is_on_the_disk() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo data > file");
    client.snapshot(&id, "just before");
    server.terminate();
    let query = "SELECT min(durable) FROM layers";
    let is_durable: bool = database(&server)
        .query_row(query, [], |row| row.get(0))
        .unwrap();
    assert!(is_durable);
}
