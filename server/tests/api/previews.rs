//! Ports of a box that are reached from outside.

use std::io::{Read, Write};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::support::{Client, KEY, Response, Server, wait_until};

/// Tells what it was asked, and echoes what comes over a connection that is upgraded.
const SERVER: &str = r#"
import socketserver
class Handler(socketserver.StreamRequestHandler):
    def handle(self):
        head = b''
        while not head.endswith(b'\r\n\r\n'):
            head += self.rfile.readline()
        if b'upgrade: echo' in head.lower():
            self.wfile.write(b'HTTP/1.1 101 Switching\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
            while line := self.rfile.readline():
                self.wfile.write(b'echo ' + line)
            return
        cookie = b'Set-Cookie: a=b; Domain=localhost; Path=/\r\n'
        self.wfile.write(b'HTTP/1.1 200 OK\r\n' + cookie + b'Content-Length: %d\r\nConnection: close\r\n\r\n' % len(head) + head)
class Server(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
Server(('127.0.0.1', 3000), Handler).serve_forever()
"#;

fn box_with_server(client: &Client, settings: Value) -> String {
    let id = client.create(settings);
    let body = json!({ "path": "server.py", "content": SERVER });
    client
        .post(&format!("/v2/box/{id}/files/write"), &body)
        .ok();
    id
}

fn start_server(client: &Client, id: &str) {
    client.output(id, "(python3 server.py >/dev/null 2>&1 &)");
    let probe = "python3 -c 'import socket; socket.create_connection((\"127.0.0.1\", 3000))'";
    wait_until("the server in the box", || {
        client.sh(id, probe)["exit_code"] == 0
    });
}

/// The answer of a host of a box.
fn at(client: &Client, host: &str, headers: &[(&str, &str)], path: &str) -> Response {
    let mut all = vec![("Host", host)];
    all.extend(headers);
    client.send("GET", path, &all, b"")
}

fn host_of(url: &Value) -> String {
    url.as_str()
        .unwrap()
        .strip_prefix("http://")
        .unwrap()
        .to_owned()
}

#[test]
fn a_port_is_reached_by_the_name_of_its_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = box_with_server(&client, json!({}));
    let path = format!("/v2/box/{id}/preview");
    let made = client
        .post(&path, &json!({ "port": 3000, "bearer_token": null }))
        .ok();
    let own_port = server.address.rsplit_once(':').unwrap().1;
    assert_eq!(
        made,
        json!({ "url": format!("http://{id}-3000.localhost:{own_port}"), "port": 3000 })
    );
    let host = host_of(&made["url"]);
    let answer = at(&client, &host, &[], "/");
    answer.is_error(502, "unavailable");
    start_server(&client, &id);
    let answer = at(
        &client,
        &host,
        &[("X-Mine", "1"), ("Authorization", "Bearer of-the-app")],
        "/a/b?c=d",
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    let head = answer.text();
    assert!(head.starts_with("GET /a/b?c=d HTTP/1.1\r\n"), "{head}");
    let low = head.to_lowercase();
    assert!(
        low.contains("x-mine: 1")
            && low.contains("bearer of-the-app")
            && low.contains(&format!("host: {host}")),
        "{head}"
    );
    assert_eq!(answer.header("set-cookie"), Some("a=b; Path=/"));

    let list = client.get(&path).ok();
    let one = &list["previews"][0];
    assert_eq!(one["id"], format!("{id}-3000"));
    assert_eq!(
        (&one["basic_auth"], &one["bearer_token"], &one["url"]),
        (&json!(false), &json!(false), &made["url"])
    );
    assert!(one["created_at"].is_i64());
    client.delete(&format!("{path}/3000")).ok();
    client
        .delete(&format!("{path}/3000"))
        .is_error(404, "not_found");
    at(&client, &host, &[], "/").is_error(404, "not_found");
    assert_eq!(client.get(&path).ok(), json!({ "previews": [] }));
    for port in [
        json!(0),
        json!(65536),
        json!(-1),
        json!("80"),
        json!(3128),
        json!(null),
    ] {
        client
            .post(&path, &json!({ "port": port }))
            .is_error(400, "invalid_argument");
    }
}

#[test]
fn the_api_and_the_boxes_keep_apart() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = box_with_server(&client, json!({}));
    start_server(&client, &id);
    let made = client
        .post(&format!("/v2/box/{id}/preview"), &json!({ "port": 3000 }))
        .ok();
    let host = host_of(&made["url"]);
    let protocols = format!(
        "mine, box-key.{}",
        STANDARD.encode(KEY).trim_end_matches('=')
    );
    let key = format!("Bearer {KEY}");
    // A path of the API is the box's on its host, and no key goes there.
    let headers = [
        ("X-Box-Api-Key", KEY),
        ("Authorization", key.as_str()),
        ("Sec-WebSocket-Protocol", &protocols),
    ];
    let seen = at(&client, &host, &headers, "/v2/box").text();
    assert!(seen.starts_with("GET /v2/box HTTP/1.1"), "{seen}");
    assert!(
        !seen.contains(KEY) && !seen.to_lowercase().contains("box-key"),
        "{seen}"
    );
    // No token either.
    let scopes = json!({ "scopes": ["exec"] });
    let token = client.post("/v2/tokens", &scopes).ok()["token"].clone();
    let token = token.as_str().unwrap();
    let bearer = format!("Bearer {token}");
    let seen = at(&client, &host, &[("Authorization", &bearer)], "/").text();
    assert!(seen.starts_with("GET / HTTP/1.1"), "{seen}");
    assert!(!seen.contains(token), "{seen}");
    // No such URL, no such box, no port: the API does not answer in their place.
    for host in [
        format!("{id}-3001.localhost"),
        "no-box-80.localhost".to_owned(),
        format!("{id}-0.localhost"),
        format!("{id}-99999.localhost"),
    ] {
        at(&client, &host, &[("X-Box-Api-Key", KEY)], "/v2/box").is_error(404, "not_found");
    }
    // The box's page may not use the API.
    let origin = format!("http://{host}");
    at(
        &client,
        &server.address,
        &[("Origin", &origin), ("X-Box-Api-Key", KEY)],
        "/v2/box",
    )
    .is_error(403, "forbidden");

    client.delete(&format!("/v2/box/{id}")).ok();
    at(&client, &host, &[], "/").is_error(404, "not_found");
}

#[test]
fn a_guarded_port_opens_to_its_secrets_alone() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = box_with_server(&client, json!({}));
    start_server(&client, &id);
    let path = format!("/v2/box/{id}/preview");
    let made = client
        .post(
            &path,
            &json!({ "port": 3000, "bearer_token": true, "basic_auth": true }),
        )
        .ok();
    let host = host_of(&made["url"]);
    assert_eq!(made["username"], "user");
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let basic = |user: &str, password: &Value| {
        format!(
            "Basic {}",
            STANDARD.encode(format!("{user}:{}", password.as_str().unwrap()))
        )
    };
    let (right, wrong) = (
        basic("user", &made["password"]),
        basic("root", &made["password"]),
    );
    let swapped = basic("user", &made["token"]);
    for (given, status) in [
        (&bearer, 200),
        (&right, 200),
        (&wrong, 401),
        (&swapped, 401),
        (&format!("Bearer {KEY}"), 401),
    ] {
        let answer = at(&client, &host, &[("Authorization", given)], "/");
        assert_eq!(answer.status, status, "{given}");
        assert!(
            !answer.text().to_lowercase().contains("authorization:"),
            "{}",
            answer.text()
        );
    }
    let answer = at(&client, &host, &[], "/");
    answer.is_error(401, "unauthorized");
    assert_eq!(
        answer.header("www-authenticate"),
        Some("Basic realm=\"box\"")
    );
    let list = client.get(&path);
    assert_eq!(
        (
            &list.ok()["previews"][0]["basic_auth"],
            &list.ok()["previews"][0]["bearer_token"]
        ),
        (&json!(true), &json!(true))
    );
    assert!(!list.text().contains(made["token"].as_str().unwrap()));
    // Made again, the port has other secrets.
    client
        .post(&path, &json!({ "port": 3000, "bearer_token": true }))
        .ok();
    for old in [&bearer, &right] {
        assert_eq!(
            at(&client, &host, &[("Authorization", old)], "/").status,
            401
        );
    }
}

#[test]
fn a_request_wakes_a_paused_box_and_waits_for_its_server() {
    let Some(mut server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = box_with_server(&client, json!({ "init_command": "python3 server.py" }));
    let made = client
        .post(
            &format!("/v2/box/{id}/preview"),
            &json!({ "port": 3000, "bearer_token": true }),
        )
        .ok();
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    let status = |client: &Client| client.get(&format!("/v2/box/{id}")).ok()["status"].clone();
    // Who may not enter wakes nobody.
    assert_eq!(at(&client, &host_of(&made["url"]), &[], "/").status, 401);
    assert_eq!(status(&client), "paused");
    server.kill_and_restart();
    let client = server.client();
    let bearer = format!("Bearer {}", made["token"].as_str().unwrap());
    let answer = at(
        &client,
        &format!("{id}-3000.localhost"),
        &[("Authorization", &bearer)],
        "/",
    );
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_ne!(status(&client), "paused");
}

#[test]
fn an_upgraded_connection_is_passed_through_both_ways() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = box_with_server(&client, json!({}));
    start_server(&client, &id);
    let made = client
        .post(&format!("/v2/box/{id}/preview"), &json!({ "port": 3000 }))
        .ok();
    let mut stream = std::net::TcpStream::connect(&server.address).unwrap();
    let head = format!(
        "GET / HTTP/1.1\r\nHost: {}\r\nConnection: keep-alive, Upgrade\r\nUpgrade: echo\r\n\r\n",
        host_of(&made["url"])
    );
    stream.write_all(head.as_bytes()).unwrap();
    let mut seen = String::new();
    let mut until = |stream: &mut std::net::TcpStream, text: &str| {
        while !seen.contains(text) {
            let mut buffer = [0; 1024];
            let count = stream.read(&mut buffer).unwrap();
            assert!(count > 0, "{seen}");
            seen.push_str(std::str::from_utf8(&buffer[..count]).unwrap());
        }
        seen.clone()
    };
    let head = until(&mut stream, "\r\n\r\n");
    assert!(
        head.starts_with("HTTP/1.1 101 ") && head.to_lowercase().contains("upgrade: echo"),
        "{head}"
    );
    stream.write_all(b"one\n").unwrap();
    until(&mut stream, "echo one\n");
    stream.write_all(b"two\n").unwrap();
    until(&mut stream, "echo two\n");
    assert_eq!(
        client.get(&format!("/v2/box/{id}")).ok()["status"],
        "running"
    );
    drop(stream);
    wait_until("the box to be idle", || {
        client.get(&format!("/v2/box/{id}")).ok()["status"] == "idle"
    });
}
