//! Boxes that take all they can: they suffer, the server and other boxes do not.
//!
//! What no limit of the machine holds is not exploded here: without control groups the memory of a box
//! as a whole is not bounded, as `SECURITY.md` says.

use std::fs;

use serde_json::json;

use crate::program::{FUSE, Tally, others_are_well};
use crate::support::{Client, DiskImage, Server, wait_until};

/// What the bombs are, for `SECURITY.md`, with the command of each.
pub(crate) const BOMBS: [(&str, &str); 9] = [
    ("forks without end", "f() { f | f & }; f; sleep 3600"),
    (
        "starts threads without end",
        "python3 -c 'import threading, time\nwhile True:\n try: threading.Thread(target=time.sleep, args=(3600,)).start()\n except RuntimeError: pass'",
    ),
    (
        "fills the memory of a process",
        "python3 -c 'b = []\nwhile True: b.append(bytes(1 << 28))'",
    ),
    (
        "fills /dev/shm",
        "dd if=/dev/zero of=/dev/shm/fill bs=1M count=100000",
    ),
    (
        "opens files without end",
        "python3 -c 'import os\nn = 0\nwhile True:\n try: os.open(\"/dev/null\", 0)\n except OSError: n += 1'",
    ),
    (
        "fills pipes that nobody reads",
        "python3 -c 'import os\nwhile True:\n try:\n  r, w = os.pipe(); os.set_blocking(w, False); os.write(w, bytes(65536))\n except OSError: pass'",
    ),
    (
        "starts sessions of which each lets go of its parent",
        "while :; do setsid sh -c 'sleep 3600' >/dev/null 2>&1 </dev/null & done",
    ),
    ("stops itself and everything", "kill -STOP -1; sleep 3600"),
    (
        "nests folders as deep as they go",
        "while mkdir d 2>/dev/null && cd d; do :; done; sleep 3600",
    ),
];

#[test]
fn a_box_that_takes_all_it_can_harms_itself_alone() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let other = client.create(json!({}));
    client.output(&other, "true");
    let mut tally = Tally::default();
    for (what, command) in BOMBS {
        let bomb = client.create(json!({}));
        client.output(&bomb, "echo control");
        let fuse_ms = u64::try_from(FUSE.as_millis()).unwrap();
        let body = json!({ "command": ["bash", "-c", command], "timeout": fuse_ms });
        let answer = client.post(&format!("/v2/box/{bomb}/exec"), &body);
        assert_ne!(answer.json()["exit_code"], 0, "{what}: {}", answer.text());
        others_are_well(&client, &other);
        client.delete(&format!("/v2/box/{bomb}")).ok();
        wait_until("the box's directory to go", || {
            !server.names_in("boxes").contains(&bomb)
        });
        others_are_well(&client, &other);
        tally.add(1);
    }
    tally.tell("bombs");
}

#[test]
fn output_without_end_fills_neither_the_memory_nor_the_database() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (bomb, other) = (client.create(json!({})), client.create(json!({})));
    client.output(&other, "true");
    let before = resident_bytes(&server);
    let mut tally = Tally::default();
    let shout = "head -c 100000000 /dev/zero | tr '\\0' 'x'";
    for redirect in ["", " 1>&2"] {
        let said = client.sh(&bomb, &format!("{shout}{redirect}"));
        let most = 17 << 20;
        assert!(said["output"].as_str().unwrap().len() < most);
        assert!(said["error"].as_str().unwrap().len() < most);
        assert!(
            said["error"].as_str().unwrap().contains("100000000"),
            "not all was read"
        );
        tally.add(1);
    }
    // A stream that nobody reads holds its own command up.
    let body = json!({ "command": ["sh", "-c", "yes"] }).to_string();
    let route = format!("/v2/box/{bomb}/exec-stream");
    let streams: Vec<_> = (0..8)
        .map(|_| client.open("POST", &route, &client.usual_headers(), body.as_bytes()))
        .collect();
    tally.add(streams.len());
    others_are_well(&client, &other);
    drop(streams);
    // Many lines of the box's log, each as long as it can be.
    for _ in 0..50 {
        client.sh(&bomb, &format!(": {}", "y".repeat(20_000)));
    }
    tally.add(1);
    let log = client.get(&format!("/v2/box/{bomb}/logs?limit=1000")).ok();
    let longest = log["logs"].as_array().unwrap().iter();
    let longest = longest.map(|line| line["message"].as_str().unwrap().len());
    assert!(longest.max().unwrap() < 2000);
    let grown = resident_bytes(&server).saturating_sub(before);
    assert!(grown < 400 << 20, "the server grew by {grown} bytes");
    let database = fs::metadata(server.data().join("boxes.sqlite"))
        .unwrap()
        .len();
    assert!(database < 32 << 20, "the database has {database} bytes");
    others_are_well(&client, &other);
    tally.tell("output");
}

#[test]
fn a_disk_that_a_box_fills_with_bytes_or_files_leaves_the_server_working() {
    let mut tally = Tally::default();
    for (what, command) in [
        ("bytes", "head -c 1G /dev/zero > fill"),
        (
            "files",
            "python3 -c 'n = 0\nwhile True:\n open(f\"f{n}\", \"w\").close(); n += 1'",
        ),
        (
            "links",
            "python3 -c 'import os\nn = 0\nwhile True:\n os.symlink(\"x\" * 200, f\"l{n}\"); n += 1'",
        ),
    ] {
        let Some(disk) = DiskImage::make("ext4", 64) else {
            return;
        };
        let Some(server) = Server::start_at(&disk.place().join("data"), &[]) else {
            return;
        };
        let client = server.client();
        let (bomb, other) = (client.create(json!({})), client.create(json!({})));
        client.output(&other, "echo kept > kept");
        let said = client.sh(&bomb, command);
        let text = format!("{}{}", said["output"], said["error"]);
        assert!(text.contains("No space left"), "{what}: {said}");
        assert_eq!(client.output(&other, "cat kept"), "kept\n", "{what}");
        client.delete(&format!("/v2/box/{bomb}")).ok();
        // Until then the server itself may have no room for another run's record.
        let path = format!("/v2/box/{other}/exec");
        let more = json!({ "command": ["sh", "-c", "echo more > more"] });
        wait_until("there is room again", || {
            let answer = client.post(&path, &more);
            answer.status == 200 && answer.ok()["exit_code"] == 0
        });
        tally.add(1);
    }
    tally.tell("disks");
}

fn resident_bytes(server: &Server) -> u64 {
    let status = fs::read_to_string(format!("/proc/{}/status", server.pid())).unwrap();
    let line = status
        .lines()
        .find(|line| line.starts_with("VmRSS"))
        .unwrap();
    let kibibytes: u64 = line.split_whitespace().nth(1).unwrap().parse().unwrap();
    kibibytes << 10
}

/// A box full of files, for routes that tell of them all.
#[test]
fn a_crowd_of_files_and_a_deep_tree_hold_nobody_up() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (id, other) = (client.create(json!({})), client.create(json!({})));
    crowd(&client, &id);
    let mut tally = Tally::default();
    for route in [
        "files/list?folder=crowd",
        "files/stat?path=crowd",
        "files/archive?path=crowd",
        "files/archive?path=deep",
        "files/list?folder=deep",
    ] {
        let answer = client.get(&format!("/v2/box/{id}/{route}"));
        assert!(answer.status < 500, "{route}: {}", answer.status);
        others_are_well(&client, &other);
        tally.add(1);
    }
    let snapshot = client.snapshot(&id, "crowded");
    let change = client.get(&format!("/v2/box/snapshots/{snapshot}/diff?box={id}"));
    assert_eq!(change.status, 200);
    let removed = client.post(
        &format!("/v2/box/{id}/files/remove"),
        &json!({ "path": "deep", "recursive": true }),
    );
    assert!(removed.status < 500, "{}", removed.text());
    others_are_well(&client, &other);
    tally.add(2);
    tally.tell("crowds");
}

fn crowd(client: &Client, id: &str) {
    let make = "python3 -c 'import os\n\
        os.mkdir(\"crowd\")\n\
        for n in range(5000): open(f\"crowd/{n:0200}\", \"w\").close()\n\
        os.mkdir(\"deep\"); os.chdir(\"deep\")\n\
        for n in range(1500): os.mkdir(\"d\"); os.chdir(\"d\")'";
    client.output(id, make);
}
