//! The ways of keeping what boxes write, each on a filesystem that has what it needs.

use std::os::unix::fs::MetadataExt;
use std::path::Path;
use std::process::Command;

use serde_json::{Value, json};

use crate::support::{Client, DiskImage, Server, binary, wait_until};

/// Writes and goes on writing, until the file `go` is removed.
const STAY_BUSY: &str = "touch go; setsid sh -c 'while test -e go; do date +%N > clock; \
    sleep 0.005; done' >/dev/null 2>&1 &";

fn busy_snapshot(client: &Client, id: &str) -> Value {
    let path = format!("/v2/box/{id}/snapshots");
    let taken = client.post(&path, &json!({})).ok();
    assert!(taken["pause_us"].is_u64(), "{taken}");
    taken
}

/// The root of a btrfs subvolume has this inode number.
fn is_subvolume(path: &Path) -> bool {
    std::fs::metadata(path).unwrap().ino() == 256
}

fn used_mebibytes(place: &Path) -> u64 {
    let place = place.to_str().unwrap();
    assert!(
        Command::new("sync")
            .args(["-f", place])
            .status()
            .unwrap()
            .success()
    );
    let output = Command::new("df")
        .args(["-m", "--output=used", place])
        .output();
    let text = String::from_utf8(output.unwrap().stdout).unwrap();
    text.lines().last().unwrap().trim().parse().unwrap()
}

#[test]
fn on_ext4_boxes_and_layers_lie_apart_from_each_other() {
    let Some(disk) = DiskImage::make("ext4", 64) else {
        return;
    };
    let data = disk.place().join("data");
    let Some(_server) = Server::start_at(&data, &[]) else {
        return;
    };
    for directory in ["boxes", "layers"] {
        let mut lsattr = Command::new("lsattr");
        let output = lsattr.arg("-d").arg(data.join(directory)).output().unwrap();
        let text = String::from_utf8(output.stdout).unwrap();
        let flags = text.split(' ').next().unwrap();
        assert!(flags.contains('T'), "{directory}: {text:?}");
    }
}

#[test]
fn on_btrfs_a_busy_box_is_copied_as_a_subvolume() {
    let Some(disk) = DiskImage::make("btrfs", 512) else {
        return;
    };
    let data = disk.place().join("data");
    let Some(mut server) = Server::start_at(&data, &[]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "echo 1 > one; ln one two; mkdir -m 751 dir; head -c 40m /dev/urandom > large; \
         setfattr -n user.kept -v yes dir 2>/dev/null; touch /usr/new",
    );
    client.output(&id, STAY_BUSY);
    let before = used_mebibytes(disk.place());
    let first = busy_snapshot(&client, &id);
    let second = busy_snapshot(&client, &id);
    println!(
        "pauses: {} and {} us",
        first["pause_us"], second["pause_us"]
    );
    assert!(used_mebibytes(disk.place()) < before + 30);
    assert!(is_subvolume(&data.join("boxes").join(&id).join("upper")));
    assert!(is_subvolume(&data.join("layers").join(format!("{id}.1"))));
    let sum = "cksum < large; stat -c %i,%h one two | uniq | wc -l; stat -c %a dir; ls /usr/new";
    let wanted = client.output(&id, sum);
    let restored = client.restore(first["id"].as_str().unwrap());
    assert_eq!(client.output(&restored, sum), wanted);

    // Idle snapshots until layers are merged, which no link can do from one subvolume to another.
    client.output(
        &id,
        "rm go; while pgrep -x sleep; do true; done >/dev/null; true",
    );
    for number in 0..17 {
        client.output(&id, &format!("echo {number} > number; rm -f clock"));
        client.snapshot(&id, "idle");
    }
    let layers = "head -1 /proc/mounts | grep -o 'lowerdir=[^,]*' | tr ':' '\\n' | wc -l";
    let mut last = String::new();
    wait_until("the box to stand on few layers", || {
        client.output(&id, "date +%N > now");
        last = client.snapshot(&id, "idle");
        client.output(&id, layers).trim().parse::<u32>().unwrap() < 8
    });
    let restored = client.restore(&last);
    assert_eq!(client.output(&restored, sum), wanted);
    assert_eq!(client.output(&restored, "cat number"), "16\n");

    // The same data, kept in another way from now on.
    server.terminate();
    drop(server);
    let server = Server::start_at(&data, &["--storage", "overlay"]).unwrap();
    let client = server.client();
    assert_eq!(client.output(&id, sum), wanted);
    client.output(&id, "echo more > more");
    client.output(&id, STAY_BUSY);
    let taken = busy_snapshot(&client, &id);
    let back = json!({ "snapshot_id": taken["id"] });
    client.post(&format!("/v2/box/{id}/rollback"), &back).ok();
    assert_eq!(client.output(&id, "cat more"), "more\n");
    client
        .request("DELETE", "/v2/box?all=true", &json!({}))
        .ok();
    client
        .request("DELETE", "/v2/box/snapshots?all=true", &json!({}))
        .ok();
    wait_until("everything to be removed", || {
        ["boxes", "layers", "trash"].map(|name| server.names_in(name).len()) == [0, 0, 0]
    });
}

#[test]
fn on_xfs_the_copy_of_a_busy_box_shares_its_data_unless_told_otherwise() {
    for (storage, shares) in [("auto", true), ("overlay", true), ("copy", false)] {
        let Some(disk) = DiskImage::make("xfs", 512) else {
            return;
        };
        let data = disk.place().join("data");
        let Some(server) = Server::start_at(&data, &["--storage", storage]) else {
            return;
        };
        let client = server.client();
        let id = client.create(json!({}));
        client.output(&id, "head -c 64m /dev/urandom > large; echo 1 > small");
        client.output(&id, STAY_BUSY);
        let before = used_mebibytes(disk.place());
        let taken = busy_snapshot(&client, &id);
        let more = used_mebibytes(disk.place()) - before;
        assert_eq!(more < 32, shares, "{storage}: {more} MiB more");
        let restored = client.restore(taken["id"].as_str().unwrap());
        let sum = "cksum < large; cat small";
        assert_eq!(client.output(&restored, sum), client.output(&id, sum));
    }
}

#[test]
fn subvolumes_are_refused_at_the_start_where_there_are_none() {
    let data = tempfile::tempdir_in("/dev/shm").unwrap();
    let output = Command::new(binary())
        .args([
            "serve",
            "--listen",
            "127.0.0.1:0",
            "--storage",
            "btrfs",
            "--data",
        ])
        .arg(data.path())
        .output()
        .unwrap();
    assert!(!output.status.success());
    let text = String::from_utf8(output.stderr).unwrap();
    let place = data.path().to_str().unwrap();
    assert!(
        text.contains("--storage btrfs") && text.contains(place),
        "{text}"
    );
    assert_eq!(
        std::fs::read_dir(data.path().join("layers")).ok().map(drop),
        None
    );
}
