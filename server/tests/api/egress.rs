//! Where boxes may go, seen from inside one.

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::json;

use crate::support::Server;

/// Answers every request on the host's loopback interface with a word.
fn host_service() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let _ = stream.read(&mut [0; 4096]);
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nof-host",
            );
        }
    });
    port
}

/// Asks the box's proxy for an address of this machine; `-p` makes curl use CONNECT.
fn through_proxy(port: u16, flags: &str) -> String {
    format!(
        "curl -sS -m 20 {flags} --noproxy '' -x http://127.0.0.1:3128 http://127.0.0.1:{port}/ 2>&1"
    )
}

#[test]
fn the_host_s_own_services_are_out_of_reach() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let port = host_service();
    let direct = client.sh(
        &id,
        &format!("curl -sS -m 5 --noproxy '*' http://127.0.0.1:{port}/"),
    );
    assert_ne!(direct["exit_code"], 0, "{direct}");
    let plain = client.sh(&id, &through_proxy(port, ""));
    assert!(
        plain["output"]
            .as_str()
            .unwrap()
            .contains("--allow-private-egress"),
        "{plain}"
    );
    let tunnel = client.sh(&id, &through_proxy(port, "-p"));
    assert!(
        tunnel["output"].as_str().unwrap().contains("403"),
        "{tunnel}"
    );
    let metadata = client.sh(&id, "curl -sS -m 5 http://169.254.169.254/");
    assert!(
        metadata["output"]
            .as_str()
            .unwrap()
            .contains("not on the public Internet")
    );
}

#[test]
fn private_addresses_are_reached_when_that_is_allowed() {
    let Some(server) = Server::start_with(&["--allow-private-egress"]) else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let port = host_service();
    for flags in ["", "-p"] {
        assert_eq!(client.output(&id, &through_proxy(port, flags)), "of-host");
    }
    // The way out is there again in each new sandbox of the box.
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    assert_eq!(client.output(&id, &through_proxy(port, "")), "of-host");
}
