//! Output as it comes, and the bytes that end it.

use std::io::Read;

use serde_json::json;

use crate::support::{Client, Response, Server};

fn stream(client: &Client, id: &str, command: &str) -> Response {
    let body = json!({ "command": ["sh", "-c", command] });
    client.post(&format!("/v2/box/{id}/exec-stream"), &body)
}

/// The output and the trailer's exit code.
fn parts(response: &Response) -> (Vec<u8>, i64) {
    assert_eq!(response.status, 200);
    assert_eq!(response.header("content-type"), Some("text/event-stream"));
    let marker = b"event: exit\ndata: {";
    let at = response
        .body
        .windows(marker.len())
        .rposition(|bytes| bytes == marker)
        .unwrap();
    let (output, trailer) = response.body.split_at(at);
    let trailer = std::str::from_utf8(trailer).unwrap();
    let data = trailer.strip_prefix("event: exit\ndata: ").unwrap();
    let data = data
        .strip_suffix("\n\n")
        .expect("exactly one blank line at the end");
    assert!(!data.contains('\n'));
    let data: serde_json::Value = serde_json::from_str(data).unwrap();
    assert!(data["cpu_ns"].is_u64(), "{data}");
    (output.to_vec(), data["exit_code"].as_i64().unwrap())
}

#[test]
fn output_is_raw_and_the_trailer_follows_at_once() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    for (command, output, code) in [
        ("printf abc", &b"abc"[..], 0),
        (
            "echo one; echo two >&2; echo three; exit 3",
            b"one\ntwo\nthree\n",
            3,
        ),
        ("printf '\\377\\000\\r\\n'", b"\xff\0\r\n", 0),
        (
            "printf 'event: exit\\ndata: {}\\n\\n'",
            b"event: exit\ndata: {}\n\n",
            0,
        ),
        ("true", b"", 0),
        ("kill -TERM $$", b"", 143),
    ] {
        let response = stream(&client, &id, command);
        assert_eq!(parts(&response), (output.to_vec(), code), "{command}");
    }
}

#[test]
fn a_megabyte_arrives_whole() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let response = stream(&client, &id, "seq 1 200000");
    let (output, code) = parts(&response);
    let expected: String = (1..=200_000).map(|number| format!("{number}\n")).collect();
    assert!(output == expected.as_bytes());
    assert_eq!(code, 0);
}

#[test]
fn output_arrives_while_the_command_still_runs() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let body =
        json!({ "command": ["sh", "-c", "echo first; until [ -e go ]; do :; done; echo last"] });
    let path = format!("/v2/box/{id}/exec-stream");
    let mut connection = client.open(
        "POST",
        &path,
        &client.usual_headers(),
        body.to_string().as_bytes(),
    );
    let mut seen = Vec::new();
    let mut chunk = [0; 1024];
    while !String::from_utf8_lossy(&seen).contains("first\n") {
        let count = connection.read(&mut chunk).unwrap();
        assert!(count > 0, "the stream ended early");
        seen.extend_from_slice(&chunk[..count]);
    }
    client.output(&id, "touch go");
    connection.read_to_end(&mut seen).unwrap();
    let seen = String::from_utf8_lossy(&seen);
    assert!(
        seen.contains("last\n") && seen.contains("event: exit"),
        "{seen}"
    );
}

#[test]
fn a_streamed_command_that_closed_its_outputs_is_ended_at_its_timeout_too() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let command = ["sh", "-c", "echo begun; exec >/dev/null 2>&1; sleep 66790"];
    let body = json!({ "command": command, "timeout": 200 });
    let response = client.post(&format!("/v2/box/{id}/exec-stream"), &body);
    assert_eq!(parts(&response), (b"begun\n".to_vec(), 124));
    Server::wait_for_end_of("sleep 66790");
}

#[test]
fn a_run_that_is_lost_ends_in_an_error_event() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let body = json!({ "command": ["sh", "-c", "echo begun; sleep 66789"] }).to_string();
    let path = format!("/v2/box/{id}/exec-stream");
    let mut connection = client.open("POST", &path, &client.usual_headers(), body.as_bytes());
    let mut seen = Vec::new();
    let mut chunk = [0; 1024];
    while !String::from_utf8_lossy(&seen).contains("begun") {
        let count = connection.read(&mut chunk).unwrap();
        assert!(count > 0, "the stream ended early");
        seen.extend_from_slice(&chunk[..count]);
    }
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    connection.read_to_end(&mut seen).unwrap();
    let seen = String::from_utf8_lossy(&seen);
    assert!(
        seen.contains("event: error\ndata: {\"error\":\"") || seen.contains("\"exit_code\":137"),
        "{seen}"
    );
    assert!(!Server::is_process_alive("sleep 66789"));
}
