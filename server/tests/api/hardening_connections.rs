//! Callers that are slow, say half of it, or say far too much.

use serde_json::json;

use crate::support::{KEY, Raw, Server, answer_to, answers_in, wait_until};

fn head(server: &Server, request: &str) -> String {
    format!(
        "{request} HTTP/1.1\r\nHost: {}\r\nX-Box-Api-Key: {KEY}\r\n",
        server.address
    )
}

#[test]
fn a_head_that_comes_drop_by_drop_is_cut_off() {
    let Some(server) = Server::start_with(&["--head-timeout", "1s"]) else {
        return;
    };
    for beginning in [
        "",
        "G",
        "GET /v2/box HTTP/1.1\r\n",
        &head(&server, "GET /v2/box"),
    ] {
        let mut slow = Raw::connect(&server.address);
        slow.send(beginning);
        let said = slow.rest();
        assert!(!said.contains("200 OK"), "{said}");
    }
    // Whoever keeps sending a little is cut off all the same.
    let mut drop_by_drop = Raw::connect(&server.address);
    drop_by_drop.send(head(&server, "GET /v2/box"));
    wait_until("the connection to close", || {
        use std::io::Write;
        drop_by_drop.0.write_all(b"X-Slow: 1\r\n").is_err()
    });
    server.client().get("/v2/box").ok();
}

#[test]
fn a_connection_that_waits_for_its_next_call_is_closed_in_time() {
    let Some(server) = Server::start_with(&["--head-timeout", "1s"]) else {
        return;
    };
    let mut kept = Raw::connect(&server.address);
    kept.send(head(&server, "GET /v2/box") + "\r\n");
    assert_eq!(answers_in(&kept.rest()), 1);
}

#[test]
fn connections_that_say_nothing_keep_nobody_out() {
    let Some(server) = Server::start_with(&["--max-connections", "20", "--head-timeout", "10m"])
    else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    // One call is at work all the while, and must not be the one that gives place.
    let hold =
        json!({ "command": ["sh", "-c", "while [ ! -e go ]; do sleep 0.05; done; echo went"] });
    let mut at_work = Raw::connect(&server.address);
    let hold = hold.to_string();
    let exec = head(&server, &format!("POST /v2/box/{id}/exec"));
    at_work.send(format!(
        "{exec}Content-Length: {}\r\n\r\n{hold}",
        hold.len()
    ));
    let mut silent = Vec::new();
    for round in 0..100 {
        let mut raw = Raw::connect(&server.address);
        raw.send(&head(&server, "GET /v2/box")[..round % 40]);
        silent.push(raw);
        if round % 10 == 0 {
            client.get("/v2/box").ok();
        }
    }
    client.output(&id, "touch go");
    assert!(at_work.until("went").contains("200 OK"));
    drop(silent);
    client.get(&format!("/v2/box/{id}/status")).ok();
}

#[test]
fn a_connection_that_was_idle_longest_gives_place_and_one_at_work_does_not() {
    let Some(server) = Server::start_with(&["--max-connections", "4", "--head-timeout", "10m"])
    else {
        return;
    };
    let mut first = Raw::connect(&server.address);
    first.send(head(&server, "GET /v2/box") + "\r\n");
    first.until("[]");
    let others: Vec<Raw> = (0..6).map(|_| Raw::connect(&server.address)).collect();
    assert_eq!(first.rest(), "", "its place was needed");
    drop(others);
    server.client().get("/v2/box").ok();
}

#[test]
fn a_body_that_stops_is_given_up() {
    let Some(server) = Server::start_with(&["--body-timeout", "1s"]) else {
        return;
    };
    let id = server.client().create(json!({}));
    let write = format!("POST /v2/box/{id}/files/write");
    for (route, framing, part) in [
        ("POST /v2/box", "Content-Length: 1000\r\n\r\n", "{\"name\":"),
        (
            "POST /v2/box",
            "Transfer-Encoding: chunked\r\n\r\n",
            "5\r\n{\"nam",
        ),
        (&write, "Content-Length: 100000\r\n\r\n", "{"),
        (
            "POST /v2/box/snapshots/import",
            "Content-Length: 100000\r\n\r\n",
            "index",
        ),
    ] {
        let mut slow = Raw::connect(&server.address);
        slow.send(head(&server, route) + framing + part);
        let said = slow.until("}");
        assert!(said.starts_with("HTTP/1.1 400"), "{route}: {said}");
    }
    assert_eq!(
        server
            .client()
            .get("/v2/box")
            .ok()
            .as_array()
            .unwrap()
            .len(),
        1
    );
}

/// A client that closes its side is taken to have gone, so that what it asked for can end early.
#[test]
fn who_goes_away_in_the_middle_takes_nothing_along() {
    let Some(server) = Server::start_with(&["--head-timeout", "1s", "--body-timeout", "1s"]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let body = json!({ "command": ["sh", "-c", "echo done"] }).to_string();
    let exec = head(&server, &format!("POST /v2/box/{id}/exec"))
        + &format!(
            "Connection: close\r\nContent-Length: {}\r\n\r\n{body}",
            body.len()
        );
    let said = answer_to(&server.address, &exec);
    assert!(said.contains("done"), "{said}");
    for cut in (0..exec.len()).step_by(7) {
        let mut half_closed = Raw::connect(&server.address);
        half_closed.send(&exec[..cut]);
        half_closed.end();
        let said = half_closed.rest();
        assert!(!said.contains("done"), "{said}");
        let mut gone = Raw::connect(&server.address);
        gone.send(&exec[..cut]);
    }
    // Nobody reads these answers.
    for _ in 0..20 {
        Raw::connect(&server.address).send(&exec);
    }
    assert_eq!(client.output(&id, "echo well"), "well\n");
    let descriptors = || {
        std::fs::read_dir(format!("/proc/{}/fd", server.pid()))
            .unwrap()
            .filter(|entry| {
                let link = std::fs::read_link(entry.as_ref().unwrap().path());
                link.is_ok_and(|link| link.to_string_lossy().starts_with("socket:"))
            })
            .count()
    };
    wait_until("the connections to be given up", || descriptors() < 15);
}

#[test]
fn a_head_that_is_too_large_is_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let long = "x".repeat(1 << 20);
    let many: String = (0..500).map(|n| format!("X-{n}: {n}\r\n")).collect();
    for (what, request) in [
        (
            "a path",
            format!("GET /v2/{long} HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ),
        (
            "a header",
            head(&server, "GET /v2/box") + &format!("X-Long: {long}\r\n\r\n"),
        ),
        ("headers", head(&server, "GET /v2/box") + &many + "\r\n"),
        (
            "a method",
            format!("{long} / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        ),
        ("a host", format!("GET / HTTP/1.1\r\nHost: {long}\r\n\r\n")),
    ] {
        let said = answer_to(&server.address, &request);
        let status = said.get(9..12).unwrap_or_default();
        // A connection that is reset before all was read may lose the answer.
        let is_refused = ["400", "414", "431", ""].contains(&status);
        assert!(is_refused, "{what}: {}", said.get(..100).unwrap_or(&said));
        server.client().get("/v2/box").ok();
    }
}
