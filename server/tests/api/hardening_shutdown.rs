//! A server that is asked to stop while much goes on.

use std::io::Read;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::support::{Raw, Server, wait_until};

/// A start and a stop on a slow machine, with much room.
const BOUND: Duration = Duration::from_secs(25);

#[test]
fn a_stop_under_load_keeps_what_was_acknowledged_and_ends_every_stream() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let yes =
        json!({ "command": ["sh", "-c", "while :; do echo y; sleep 0.01; done"] }).to_string();
    let path = format!("/v2/box/{id}/exec-stream");
    let mut streams: Vec<_> = (0..4)
        .map(|_| client.open("POST", &path, &client.usual_headers(), yes.as_bytes()))
        .collect();
    for stream in &mut streams {
        stream.read_exact(&mut [0; 400]).unwrap();
    }
    // These must not hold the stop up.
    let mut half_open: Vec<Raw> = (0..10).map(|_| Raw::connect(&server.address)).collect();
    for (number, raw) in half_open.iter_mut().enumerate() {
        raw.send(&"POST /v2/box HTTP/1.1\r\nHost: x\r\n"[..number * 3]);
    }
    let (acknowledged, is_stopping) = (Mutex::new(Vec::new()), AtomicBool::new(false));
    let (took, code) = std::thread::scope(|scope| {
        for _ in 0..4 {
            let (client, acknowledged, is_stopping) =
                (server.client(), &acknowledged, &is_stopping);
            scope.spawn(move || work(&client, acknowledged, is_stopping));
        }
        wait_until("work to be under way", || {
            acknowledged.lock().unwrap().len() > 8
        });
        is_stopping.store(true, Ordering::SeqCst);
        let started = Instant::now();
        let code = server.terminate();
        (started.elapsed(), code)
    });
    assert_eq!(code, Some(0));
    assert!(took < BOUND, "{took:?}");
    for mut stream in streams {
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        let rest = String::from_utf8_lossy(&rest);
        assert!(rest.ends_with("\r\n0\r\n\r\n"), "cut off: {rest}");
        let last = rest.rfind("event: ").map(|at| &rest[at..]);
        let last = last.unwrap_or_default();
        assert!(
            last.starts_with("event: error") || last.starts_with("event: exit"),
            "{last}"
        );
    }
    assert!(!Server::is_process_alive("sh -c while :; do echo y"));
    server.start_again();
    let client = server.client();
    let acknowledged = acknowledged.into_inner().unwrap();
    for snapshot in &acknowledged {
        client.get(&format!("/v2/box/snapshots/{snapshot}")).ok();
    }
    let last = acknowledged.last().unwrap();
    assert_eq!(client.output(&client.restore(last), "cat note"), "kept\n");
}

/// Makes boxes and snapshots until a call fails, which it may only once the server is to stop.
fn work(
    client: &crate::support::Client,
    acknowledged: &Mutex<Vec<String>>,
    is_stopping: &AtomicBool,
) {
    let call = |path: &str, body: &Value| -> Option<Value> {
        let headers = client.usual_headers();
        let body = body.to_string();
        let mut bytes = Vec::new();
        let mut stream = client.try_open("POST", path, &headers, body.as_bytes())?;
        stream.read_to_end(&mut bytes).ok()?;
        let text = String::from_utf8_lossy(&bytes);
        let (head, body) = text.split_once("\r\n\r\n")?;
        head.starts_with("HTTP/1.1 200")
            .then(|| serde_json::from_str(body).ok())?
    };
    loop {
        let made = call("/v2/box", &json!({})).and_then(|made| {
            let id = made["id"].as_str()?.to_owned();
            let note = json!({ "path": "note", "content": "kept\n" });
            call(&format!("/v2/box/{id}/files/write"), &note)?;
            let taken = call(
                &format!("/v2/box/{id}/snapshots"),
                &json!({ "name": "kept" }),
            )?;
            Some(taken["id"].as_str()?.to_owned())
        });
        let Some(snapshot) = made else {
            assert!(
                is_stopping.load(Ordering::SeqCst),
                "a call failed before the stop"
            );
            return;
        };
        acknowledged.lock().unwrap().push(snapshot);
    }
}
