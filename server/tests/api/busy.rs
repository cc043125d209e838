//! Snapshots of boxes whose processes are hard to hold still.

use serde_json::{Value, json};

use crate::support::{Client, Server, wait_until};

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

#[test]
fn what_a_program_closed_to_everyone_is_in_snapshots_of_its_busy_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "mkdir -p shut/inner half; echo 1 > file; echo 2 > shut/inner/file; echo 3 > half/file; \
         ln shut/inner/file linked; ln -s file shut/link; mkfifo shut/pipe; rm /etc/hosts; \
         chmod 000 file shut/inner/file shut/pipe shut/inner shut; chmod 400 half; \
         setsid sh -c 'while true; do echo x >> busy; sleep 0.01; done' >/dev/null 2>&1 &",
    );
    let look = "sudo cat file shut/inner/file half/file; readlink shut/link; test -e /etc/hosts; echo $?; \
        stat -c '%n %F %a' file shut shut/inner shut/inner/file shut/pipe half linked; \
        sudo sh -c 'test shut/inner/file -ef linked && echo one file'";
    let before = client.output(&id, look);
    assert!(before.starts_with("1\n2\n3\nfile\n1\n"), "{before}");
    assert!(before.ends_with("one file\n"), "{before}");
    for _ in 0..2 {
        let taken = snapshot(&client, &id);
        assert!(taken["pause_us"].is_u64(), "{taken}");
        let restored = client.restore(taken["id"].as_str().unwrap());
        assert_eq!(client.output(&restored, look), before);
        // What is closed next is found by the next copy.
        client.output(&id, "echo 4 > late; chmod 000 late");
    }
}

#[test]
fn a_sparse_file_of_ten_gigabytes_stays_sparse_in_every_kind_of_snapshot() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    client.output(
        &id,
        "truncate -s 10G sparse; echo first | dd of=sparse conv=notrunc status=none; \
         echo middle | dd of=sparse bs=1M seek=5000 conv=notrunc status=none; \
         setsid sleep 1000 >/dev/null 2>&1 &",
    );
    let look = "stat -c %s sparse; test $(stat -c %b sparse) -lt 100 && echo sparse; head -c 6 sparse; \
        dd if=sparse bs=1M skip=5000 count=1 status=none | head -c 7";
    let expected = "10737418240\nsparse\nfirst\nmiddle\n";
    assert_eq!(client.output(&id, look), expected);
    let busy = snapshot(&client, &id);
    assert!(busy["pause_us"].is_u64(), "{busy}");
    client.output(&id, "kill $(pgrep -x sleep)");
    let idle = snapshot(&client, &id);
    for taken in [busy, idle] {
        let restored = client.restore(taken["id"].as_str().unwrap());
        assert_eq!(client.output(&restored, look), expected);
    }
}

/// Stores to a file through a mapping, now and once more when it is told to.
const STORE_BY_MAPPING: &str = "import mmap, os, time\n\
    file = open('mapped', 'r+b')\n\
    mapped = mmap.mmap(file.fileno(), 4096)\n\
    mapped[0:1] = b'1'\n\
    open('first', 'w').close()\n\
    while not os.path.exists('go'): time.sleep(0.01)\n\
    mapped[0:1] = b'2'\n\
    mapped.close()\n\
    file.close()\n\
    open('second', 'w').close()\n\
    time.sleep(1000)\n";

#[test]
fn later_snapshots_of_a_busy_box_share_what_has_not_changed_and_nothing_else() {
    let Some(server) = Server::start_with(&["--storage", "copy"]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let body = json!({ "path": "store.py", "content": STORE_BY_MAPPING });
    let path = format!("/v2/box/{id}/files/write");
    client.post(&path, &body).ok();
    client.output(
        &id,
        "mkdir -p deep gone; echo same > deep/same; ln deep/same linked; echo old > deep/changed; \
         echo 1 > gone/1; echo from > from; echo mode > mode; head -c 4096 /dev/zero > mapped; \
         setsid python3 store.py >/dev/null 2>&1 &",
    );
    let exists = |file: &str| client.sh(&id, &format!("test -e {file}"))["exit_code"] == 0;
    wait_until("the first store", || exists("first"));

    let inode_of = |file: &str| {
        let newest = server.names_in("layers").into_iter().max_by_key(|layer| {
            let number = layer.rsplit_once('.').unwrap().1.to_owned();
            number.parse::<u32>().unwrap()
        });
        let layer = server.data().join("layers").join(newest.unwrap());
        let file = layer.join("root/workspace/home").join(file);
        std::os::unix::fs::MetadataExt::ino(&std::fs::metadata(file).unwrap())
    };
    snapshot(&client, &id);
    // What was changed just before a snapshot is copied again by the next one.
    wait_until("the file to be shared", || {
        let before = inode_of("deep/same");
        snapshot(&client, &id);
        inode_of("deep/same") == before
    });
    let (same, changed) = (inode_of("deep/same"), inode_of("deep/changed"));
    let first = snapshot(&client, &id);

    client.output(
        &id,
        "echo new > deep/changed; rm -r gone; mv from to; chmod 600 mode; echo more > more; touch go",
    );
    wait_until("the second store", || exists("second"));
    let second = snapshot(&client, &id);
    assert_eq!((inode_of("deep/same"), inode_of("linked")), (same, same));
    assert_ne!(inode_of("deep/changed"), changed);

    let look = "cat deep/same linked deep/changed; stat -c '%n %a' mode; head -c 1 mapped; echo; \
        ls -d from to gone more 2>/dev/null; test deep/same -ef linked && echo linked";
    let looks = |taken: &Value| client.output(&client.restore(taken["id"].as_str().unwrap()), look);
    let after = "same\nsame\nnew\nmode 600\n2\nmore\nto\nlinked\n";
    assert_eq!(
        looks(&first),
        "same\nsame\nold\nmode 644\n1\nfrom\ngone\nlinked\n"
    );
    assert_eq!(looks(&second), after);

    // With nothing left to share all is copied anew.
    let all = client.get("/v2/box/snapshots").ok();
    let all = all["snapshots"].as_array().unwrap().iter();
    let ids: Vec<_> = all.map(|taken| taken["id"].clone()).collect();
    client
        .request("DELETE", "/v2/box/snapshots", &json!({ "ids": ids }))
        .ok();
    assert_eq!(looks(&snapshot(&client, &id)), after);
}

/// Tells of each child that is seen to be stopped.
const WATCH_CHILDREN: &str = "import os, time\n\
    child = os.fork()\n\
    if child == 0:\n\
    \x20   while True: time.sleep(0.01)\n\
    open('watching', 'w').close()\n\
    stopped = 0\n\
    while not os.path.exists('enough'):\n\
    \x20   pid, status = os.waitpid(child, os.WUNTRACED | os.WNOHANG)\n\
    \x20   stopped += pid == child and os.WIFSTOPPED(status)\n\
    \x20   time.sleep(0.001)\n\
    os.kill(child, 9)\n\
    open('told', 'w').write(str(stopped))\n";

#[test]
fn with_control_groups_no_process_notices_that_another_stood_still() {
    let Some(server) = Server::start() else {
        return;
    };
    if !has_control_groups() {
        assert!(
            !is_root() || std::env::var_os("CI").is_none(),
            "root has no control groups here"
        );
        eprintln!("skipped: `box-server doctor` finds no control groups for this user");
        return;
    }
    let client = server.client();
    let id = client.create(json!({}));
    let body = json!({ "path": "watch.py", "content": WATCH_CHILDREN });
    client
        .post(&format!("/v2/box/{id}/files/write"), &body)
        .ok();
    client.output(&id, "setsid python3 watch.py >/dev/null 2>&1 &");
    wait_until("the watch to begin", || {
        client.sh(&id, "test -e watching")["exit_code"] == 0
    });
    for _ in 0..5 {
        println!("held still for {} us", snapshot(&client, &id)["pause_us"]);
    }
    client.output(&id, "touch enough");
    wait_until("the watch to tell", || {
        client.sh(&id, "test -s told")["exit_code"] == 0
    });
    assert_eq!(client.output(&id, "cat told"), "0");
}

fn has_control_groups() -> bool {
    let doctor = std::process::Command::new(crate::support::binary())
        .args(["doctor", "--data"])
        .arg(std::env::temp_dir().join(format!("doctor-{}", std::process::id())))
        .output()
        .unwrap();
    let _ = std::fs::remove_dir_all(
        std::env::temp_dir().join(format!("doctor-{}", std::process::id())),
    );
    String::from_utf8(doctor.stdout)
        .unwrap()
        .contains("yes  control groups that hold a busy box still")
}

fn is_root() -> bool {
    std::fs::metadata("/proc/self").is_ok_and(|it| std::os::unix::fs::MetadataExt::uid(&it) == 0)
}

#[test]
fn a_box_with_thousands_of_shared_mappings_is_copied_and_lives() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    // Each is changed through its mapping alone, which tells nothing of it.
    let program = r#"
import mmap, os, time
os.mkdir('maps')
kept = []
for n in range(3000):
    with open(f'maps/{n:0>100}', 'w+b') as file:
        file.write(b'old')
        file.flush()
        kept.append(mmap.mmap(file.fileno(), 3))
time.sleep(0.1)
for one in kept: one[:] = b'new'
open('ready', 'w').close()
time.sleep(1000)
"#;
    let path = format!("/v2/box/{id}/files/write");
    let body = json!({ "path": "program.py", "content": program });
    client.post(&path, &body).ok();
    client.output(
        &id,
        "ulimit -n 8000; setsid python3 program.py >/dev/null 2>&1 &",
    );
    wait_until("the files to be mapped", || {
        client.output(&id, "ls ready 2>/dev/null; true") == "ready\n"
    });
    let taken = snapshot(&client, &id);
    assert!(taken["pause_us"].is_u64(), "{taken}");
    let restored = client.restore(taken["id"].as_str().unwrap());
    let count = "cat maps/* | sed 's/new/new\\n/g' | grep -c new";
    assert_eq!(client.output(&restored, count), "3000\n");
    assert_eq!(client.output(&id, "pgrep -c python3"), "1\n");
}
