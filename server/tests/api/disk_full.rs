//! A data directory on a disk that is full.

use serde_json::{Value, json};

use crate::support::{Client, DiskImage, Response, Server, wait_until};

/// Fills what the box can get hold of, in pieces that become smaller.
const FILL: &str = "i=0; for size in 1M 64k 4k 1k; do \
    while dd if=/dev/zero of=fill-$i bs=$size count=1 conv=notrunc 2>/dev/null; do \
    i=$((i+1)); done; done; dd if=/dev/zero of=fill-last bs=4k count=64 2>&1; echo code $?";

/// Done, or refused as it should be; nothing else.
fn done_or_full(answer: &Response) -> bool {
    if answer.status != 200 {
        answer.is_error(507, "storage_full");
    }
    answer.status == 200
}

fn fill(client: &Client, id: &str) {
    let output = client.output(id, FILL);
    assert!(
        output.contains("No space left on device") && output.contains("code 1"),
        "{output}"
    );
}

#[test]
fn a_full_disk_is_an_error_that_says_so_and_loses_nothing() {
    let Some(disk) = DiskImage::make("ext4", 160) else {
        return;
    };
    let Some(mut server) = Server::start_at(&disk.place().join("data"), &[]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(&id, "echo kept > kept; head -c 3m /dev/urandom > data");
    let sum = client.output(&id, "cksum < data");
    let snapshot = client.snapshot(&id, "before");
    let glutton = client.create(json!({}));
    client.output(
        &glutton,
        "setsid sleep 1000 >/dev/null 2>&1 & echo mine > mine",
    );
    fill(&client, &glutton);

    // All that needs room says that there is none.
    let write = json!({ "path": "large", "content": "x".repeat(1 << 20) });
    let written = client.post(&format!("/v2/box/{glutton}/files/write"), &write);
    written.is_error(507, "storage_full");
    let copy = client.post(&format!("/v2/box/{glutton}/snapshots"), &json!({}));
    copy.is_error(507, "storage_full");

    // The rest is done, or says so too.
    let mut restored: Vec<Value> = Vec::new();
    for _ in 0..8 {
        let body = json!({ "snapshot_id": snapshot });
        let answer = client.post("/v2/box/from-snapshot", &body);
        if done_or_full(&answer) {
            restored.push(answer.json()["id"].clone());
        }
        done_or_full(&client.post("/v2/box", &json!({})));
        let path = format!("/v2/box/{id}/snapshots");
        done_or_full(&client.post(&path, &json!({ "name": "full" })));
        let body = json!({ "snapshot_id": snapshot });
        done_or_full(&client.post(&format!("/v2/box/{id}/rollback"), &body));
    }
    println!("restored on a full disk: {}", restored.len());
    let ready = client.get(&format!("/v2/box/snapshots/{snapshot}")).ok();
    assert_eq!(ready["status"], "ready");

    // Also a server that is killed now comes back, with everything.
    server.kill_and_restart();
    let client = server.client();
    let ready = client.get(&format!("/v2/box/snapshots/{snapshot}")).ok();
    assert_eq!(ready["status"], "ready");

    // Room is made by what makes room, and all is as before.
    client.delete(&format!("/v2/box/{glutton}")).ok();
    wait_until("the room to be given back", || {
        let answer = client.post(&format!("/v2/box/{id}/files/write"), &write);
        done_or_full(&answer)
    });
    assert_eq!(
        client.output(&id, "cat kept; cksum < data"),
        format!("kept\n{sum}")
    );
    for one in &restored {
        let one = one.as_str().unwrap();
        assert_eq!(
            client.output(one, "cat kept; cksum < data"),
            format!("kept\n{sum}")
        );
    }
    let again = client.snapshot(&id, "after");
    let restored = client.restore(&again);
    assert_eq!(
        client.output(&restored, "cat kept; cksum < data"),
        format!("kept\n{sum}")
    );
}

#[test]
fn many_records_on_a_full_disk_are_kept_or_refused() {
    let Some(disk) = DiskImage::make("ext4", 120) else {
        return;
    };
    let Some(mut server) = Server::start_at(&disk.place().join("data"), &[]) else {
        return;
    };
    let client = server.client();
    let glutton = client.create(json!({}));
    client.output(&glutton, "setsid sleep 1000 >/dev/null 2>&1 &");
    fill(&client, &glutton);
    // Rows until the database has used up what it has put by.
    let mut made = Vec::new();
    let refused = (0..4000).any(|_| {
        let body = json!({ "env_vars": { "LARGE": "x".repeat(30_000) } });
        let answer = client.post("/v2/box", &body);
        let done = done_or_full(&answer);
        if done {
            made.push(answer.json()["id"].as_str().unwrap().to_owned());
        }
        !done
    });
    println!("boxes made on a full disk: {}", made.len());
    assert!(refused && !made.is_empty());
    server.kill_and_restart();
    let client = server.client();
    for id in &made {
        assert_eq!(client.get(&format!("/v2/box/{id}")).ok()["status"], "idle");
    }
    wait_until("a box to be deleted", || {
        done_or_full(&client.delete(&format!("/v2/box/{glutton}")))
    });
    wait_until("the room to be given back", || {
        done_or_full(&client.post("/v2/box", &json!({})))
    });
}
