//! What takes minutes: run by `cargo xtask test --long` alone.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test says what it expects by failing"
)]

mod support;

use serde_json::{Value, json};

use support::{Client, Server};

/// So many times a hundred thousand.
const PARTS: usize = 10;

/// Makes one part of the files, or tells what is in them all, for the argument of either.
const WORK: &str = r#"
import hashlib, os, sys
what, part = sys.argv[1], sys.argv[2]
told, count = hashlib.sha256(), 0
for folder in range(100):
    place = f"many/{part}/{folder}"
    if what == "make":
        os.makedirs(place)
        for number in range(1000):
            with open(f"{place}/{number}", "w") as file:
                file.write(f"{part} {folder} {number}")
        continue
    for name in sorted(os.listdir(place)):
        with open(f"{place}/{name}", "rb") as file:
            told.update(name.encode() + b"=" + file.read() + b";")
        count += 1
print(count, told.hexdigest())
"#;

fn work(client: &Client, id: &str, what: &str) -> Vec<String> {
    let part = |part: usize| {
        let command = json!(["python3", "-c", WORK, what, part.to_string()]);
        let path = format!("/v2/box/{id}/exec");
        let answer = client.post(&path, &json!({ "command": command })).ok();
        assert_eq!(answer["exit_code"], 0, "{answer}");
        answer["output"].as_str().unwrap().to_owned()
    };
    (0..PARTS).map(part).collect()
}

fn restored(client: &Client, taken: &Value) -> String {
    client.restore(taken["id"].as_str().unwrap())
}

#[test]
fn a_million_small_files_are_the_same_after_an_idle_and_after_a_busy_snapshot() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    work(&client, &id, "make");
    let expected = work(&client, &id, "tell");
    assert!(expected.iter().all(|part| part.starts_with("100000 ")));

    let path = format!("/v2/box/{id}/snapshots");
    let idle = client.post(&path, &json!({ "name": "idle" })).ok();
    assert!(idle["pause_us"].is_null(), "{idle}");
    let copy = restored(&client, &idle);
    assert_eq!(work(&client, &copy, "tell"), expected);

    // What a restored box changed is all that a copy of it takes.
    client.output(
        &copy,
        "echo new > many/0/0/0; rm many/9/99/999; setsid sleep 1000 >/dev/null 2>&1 &",
    );
    let changed = work(&client, &copy, "tell");
    assert_ne!(changed, expected);
    let path = format!("/v2/box/{copy}/snapshots");
    let busy = client.post(&path, &json!({ "name": "busy" })).ok();
    assert!(busy["pause_us"].is_u64(), "{busy}");
    assert_eq!(work(&client, &restored(&client, &busy), "tell"), changed);
}
