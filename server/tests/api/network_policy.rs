//! Where one box may go, seen from inside it. The names and addresses of this machine stand for the
//! Internet's, which is what `--allow-private-egress` is for.

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{Receiver, channel};

use serde_json::{Value, json};

use crate::bad_input::check;
use crate::support::{Client, Server};

/// Accepts connections on this machine's loopback interface and hands them over.
fn host_service() -> (u16, Receiver<TcpStream>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut asked = [0; 4096];
            let count = stream.read(&mut asked).unwrap_or(0);
            if String::from_utf8_lossy(&asked[..count]).contains("/hold") {
                // Answered by the test, in its own time.
                if sender.send(stream).is_err() {
                    return;
                }
                continue;
            }
            let _ = stream.write_all(
                b"HTTP/1.1 200 OK\r\nContent-Length: 7\r\nConnection: close\r\n\r\nof-host",
            );
        }
    });
    (port, receiver)
}

/// What the box gets from `host`; `-p` makes curl use CONNECT.
fn ask(client: &Client, id: &str, host: &str, port: u16, flags: &str) -> String {
    let command = format!(
        "curl -sS -m 20 {flags} --noproxy '' -x http://127.0.0.1:3128 http://{host}:{port}/ 2>&1"
    );
    client.sh(id, &command)["output"]
        .as_str()
        .unwrap()
        .to_owned()
}

fn set(client: &Client, id: &str, policy: &Value) {
    let path = format!("/v2/box/{id}/config/network-policy");
    assert_eq!(client.request("PUT", &path, policy).ok(), *policy);
    assert_eq!(
        client.get(&format!("/v2/box/{id}")).ok()["network_policy"],
        *policy
    );
}

#[test]
fn a_policy_holds_from_the_first_command_and_changes_at_once() {
    let Some(mut server) = Server::start_with(&["--allow-private-egress"]) else {
        return;
    };
    let client = server.client();
    let (port, _held) = host_service();
    let id = client.create(json!({ "network_policy": { "mode": "deny-all" } }));
    let allows = |client: &Client, host: &str| {
        let answers = ["", "-p"].map(|flags| ask(client, &id, host, port, flags));
        let [plain, tunnel] = &answers;
        assert_eq!(plain == "of-host", tunnel == "of-host", "{answers:?}");
        if plain != "of-host" {
            assert!(
                plain.contains("network policy") && tunnel.contains("403"),
                "{answers:?}"
            );
        }
        plain == "of-host"
    };
    assert!(!allows(&client, "127.0.0.1"));
    set(&client, &id, &json!({ "mode": "allow-all" }));
    assert!(allows(&client, "127.0.0.1") && allows(&client, "localhost"));
    set(
        &client,
        &id,
        &json!({ "mode": "custom", "allowed_domains": ["localhost"] }),
    );
    assert!(allows(&client, "localhost") && allows(&client, "LOCALHOST"));
    assert!(!allows(&client, "127.0.0.1"));
    set(
        &client,
        &id,
        &json!({ "mode": "custom", "allowed_domains": ["*.localhost"] }),
    );
    assert!(!allows(&client, "localhost"));
    set(
        &client,
        &id,
        &json!({ "mode": "custom", "allowed_cidrs": ["127.0.0.0/30"] }),
    );
    assert!(allows(&client, "127.0.0.1") && allows(&client, "localhost"));
    set(
        &client,
        &id,
        &json!({
            "mode": "custom", "allowed_domains": ["localhost"], "allowed_cidrs": ["127.0.0.0/8"],
            "denied_cidrs": ["127.0.0.1/32"],
        }),
    );
    assert!(!allows(&client, "127.0.0.1") && !allows(&client, "localhost"));

    // It stays with the box, and is no part of its snapshots.
    let restored = client.restore(&client.snapshot(&id, "denied"));
    assert!(ask(&client, &restored, "127.0.0.1", port, "") == "of-host");
    server.kill_and_restart();
    assert!(!allows(&server.client(), "127.0.0.1"));
}

#[test]
fn connections_that_are_no_longer_allowed_are_cut() {
    let Some(server) = Server::start_with(&["--allow-private-egress"]) else {
        return;
    };
    let client = server.client();
    let (port, held) = host_service();
    let id = client.create(json!({}));
    let headers = client.usual_headers();
    for flags in ["", "-p"] {
        set(&client, &id, &json!({ "mode": "allow-all" }));
        let command = format!(
            "curl -sS -m 60 {flags} --noproxy '' -x http://127.0.0.1:3128 http://127.0.0.1:{port}/hold"
        );
        let body = json!({ "command": ["sh", "-c", command] }).to_string();
        let path = format!("/v2/box/{id}/exec");
        std::thread::scope(|scope| {
            let running = scope.spawn(|| client.send("POST", &path, &headers, body.as_bytes()));
            let mut stream = held.recv().unwrap();
            stream
                .write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nsome")
                .unwrap();
            // Another rule that allows it cuts nothing.
            set(
                &client,
                &id,
                &json!({ "mode": "custom", "allowed_cidrs": ["127.0.0.0/8"] }),
            );
            stream.write_all(b"more").unwrap();
            set(
                &client,
                &id,
                &json!({ "mode": "custom", "denied_cidrs": ["127.0.0.0/8"] }),
            );
            let ended = running.join().unwrap().ok();
            assert_ne!(ended["exit_code"], 0, "{ended}");
            // The other side sees it, too.
            let mut rest = Vec::new();
            let _ = stream.read_to_end(&mut rest);
        });
    }
}

#[test]
fn no_policy_opens_the_way_to_this_machine() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let (port, _held) = host_service();
    let policy = json!({ "mode": "custom", "allowed_cidrs": ["127.0.0.0/8"] });
    let id = client.create(json!({ "network_policy": policy }));
    let said = ask(&client, &id, "127.0.0.1", port, "");
    assert!(said.contains("--allow-private-egress"), "{said}");
}

#[test]
fn a_policy_that_can_not_be_meant_is_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let path = format!("/v2/box/{id}/config/network-policy");
    let invalid = "invalid_argument";
    check(
        &client,
        &[
            ("PUT", &path, "{}", 400, invalid, "mode"),
            ("PUT", &path, r#"{"mode":"open"}"#, 400, invalid, "mode"),
            (
                "PUT",
                &path,
                r#"{"mode":"deny-all","allowed_domains":["a.com"]}"#,
                400,
                invalid,
                "custom",
            ),
            (
                "PUT",
                &path,
                r#"{"mode":"custom","allowed_domains":["http://a.com"]}"#,
                400,
                invalid,
                "allowed_domains",
            ),
            (
                "PUT",
                &path,
                r#"{"mode":"custom","allowed_domains":["1.2.3.4"]}"#,
                400,
                invalid,
                "1.2.3.4/32",
            ),
            (
                "PUT",
                &path,
                r#"{"mode":"custom","allowed_cidrs":["1.2.3.4"]}"#,
                400,
                invalid,
                "allowed_cidrs",
            ),
            (
                "PUT",
                &path,
                r#"{"mode":"custom","denied_cidrs":["1.2.3.4/40"]}"#,
                400,
                invalid,
                "denied_cidrs",
            ),
            (
                "POST",
                "/v2/box",
                r#"{"network_policy":{"mode":"custom","denied_cidrs":["x"]}}"#,
                400,
                invalid,
                "denied_cidrs",
            ),
            (
                "PUT",
                "/v2/box/nobody/config/network-policy",
                r#"{"mode":"deny-all"}"#,
                404,
                "box_not_found",
                "nobody",
            ),
        ],
    );
    let shown = client.get(&format!("/v2/box/{id}")).ok();
    assert!(shown.get("network_policy").is_none(), "{shown}");
    // What clients send for lists that they have not set.
    let nulls = json!({ "mode": "custom", "allowed_domains": null, "allowed_cidrs": null, "denied_cidrs": null });
    let answer = client.request("PUT", &path, &nulls).ok();
    assert_eq!(answer, json!({ "mode": "custom" }));
}
