//! Who may ask.

use serde_json::json;

use crate::support::{KEY, Server};

#[test]
fn without_the_key_every_route_of_the_api_is_closed() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "name": "mine" }));
    let host = ("Host", server.address.as_str());
    let bearer = format!("Bearer {KEY}x");
    for (method, path) in [
        ("POST", "/v2/box".to_owned()),
        ("GET", "/v2/box".to_owned()),
        ("DELETE", format!("/v2/box/{id}")),
        ("POST", format!("/v2/box/{id}/exec")),
        ("GET", "/v2/capabilities".to_owned()),
        ("GET", "/v2/no-such-route".to_owned()),
        ("PATCH", "/v2/box".to_owned()),
    ] {
        let wrong = [
            vec![host],
            vec![host, ("X-Box-Api-Key", "wrong")],
            vec![host, ("X-Box-Api-Key", "")],
            vec![host, ("X-Box-Api-Key", &KEY[1..])],
            vec![host, ("Authorization", &bearer)],
            vec![host, ("Authorization", KEY)],
        ];
        for headers in wrong {
            client
                .send(method, &path, &headers, b"{}")
                .is_error(401, "unauthorized");
        }
    }
    assert_eq!(client.get("/v2/box").ok().as_array().unwrap().len(), 1);
}

#[test]
fn the_key_may_come_as_bearer() {
    let Some(server) = Server::start() else {
        return;
    };
    let authorization = format!("bearer {KEY}");
    let headers = [
        ("Host", server.address.as_str()),
        ("Authorization", &authorization),
    ];
    let answer = server.client().send("GET", "/v2/box", &headers, b"");
    assert_eq!(answer.ok(), json!([]));
}

#[test]
fn other_hosts_and_other_pages_are_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let key = ("X-Box-Api-Key", KEY);
    for host in ["example.com", "localhost.example.com", "192.0.2.1", ""] {
        client
            .send("GET", "/v2/box", &[("Host", host), key], b"")
            .is_error(403, "forbidden");
    }
    client
        .send("GET", "/v2/box", &[key], b"")
        .is_error(403, "forbidden");
    for host in [
        "localhost",
        "LocalHost:1234",
        "demo.localhost",
        "127.0.0.1",
        "[::1]:80",
    ] {
        let answer = client.send("GET", "/v2/box", &[("Host", host), key], b"");
        assert_eq!(answer.status, 200, "{host}");
    }
    let own = format!("http://{}", server.address);
    for (origin, status) in [
        (own.as_str(), 200),
        ("http://example.com", 403),
        ("http://localhost:1", 403),
        ("null", 403),
    ] {
        let headers = [("Host", server.address.as_str()), key, ("Origin", origin)];
        let answer = client.send("GET", "/v2/box", &headers, b"");
        assert_eq!(answer.status, status, "{origin}");
    }
}

#[test]
fn a_welcome_page_may_ask_and_read_the_answer() {
    let page = "https://app.example.com";
    let Some(server) = Server::start_with(&["--allow-origin", page]) else {
        return;
    };
    let client = server.client();
    let host = ("Host", server.address.as_str());
    let preflight = |origin| {
        let asked = ("Access-Control-Request-Method", "DELETE");
        let headers = (
            "Access-Control-Request-Headers",
            "x-box-api-key,content-type",
        );
        client.send(
            "OPTIONS",
            "/v2/box",
            &[host, ("Origin", origin), asked, headers],
            b"",
        )
    };
    let answer = preflight(page);
    assert_eq!(answer.status, 200);
    assert_eq!(answer.header("access-control-allow-origin"), Some(page));
    let headers = answer.header("access-control-allow-headers").unwrap();
    assert!(headers.contains("x-box-api-key"), "{headers}");
    assert!(
        answer
            .header("access-control-allow-methods")
            .unwrap()
            .contains("DELETE")
    );
    preflight("https://other.example.com").is_error(403, "forbidden");

    // A page must be able to read why it was refused.
    let refused = client.send("GET", "/v2/box", &[host, ("Origin", page)], b"");
    refused.is_error(401, "unauthorized");
    assert_eq!(refused.header("access-control-allow-origin"), Some(page));
    let exposed = refused.header("access-control-expose-headers").unwrap();
    assert!(
        exposed.contains("x-request-id") && exposed.contains("retry-after"),
        "{exposed}"
    );
}

#[test]
fn whether_the_server_answers_is_no_secret() {
    let Some(server) = Server::start() else {
        return;
    };
    let headers = [("Host", server.address.as_str())];
    let answer = server.client().send("GET", "/healthz", &headers, b"");
    assert_eq!(answer.ok(), json!({ "status": "ok" }));
    assert!(answer.header("x-request-id").is_some());
}

#[test]
fn every_answer_says_how_long_the_server_took() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let started = std::time::Instant::now();
    let slow = client.post(
        &format!("/v2/box/{id}/exec"),
        &json!({ "command": ["sleep", "0.2"] }),
    );
    let waited = started.elapsed().as_secs_f64() * 1000.0;
    let told = slow.header("server-timing").unwrap();
    let total: f64 = told.strip_prefix("total;dur=").unwrap().parse().unwrap();
    assert!((200.0..=waited).contains(&total), "{told} of {waited} ms");

    let refused = client.get("/v2/box/none");
    refused.is_error(404, "box_not_found");
    assert!(refused.header("server-timing").is_some());
}
