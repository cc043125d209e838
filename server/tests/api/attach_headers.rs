//! Secret headers that go with what a box asks, seen from both ends. This machine's names stand for
//! the Internet's, and an authority of the test's own for those that everybody trusts.

use serde_json::{Value, json};

use crate::bad_input::check;
use crate::support::{Client, Host, Server, TestAuthority};

pub(crate) const SECRET: &str = "very-secret-value";

/// A server that trusts the test's authority, and a host with a certificate of it.
pub(crate) fn start() -> Option<(Server, Host, TestAuthority)> {
    let authority = TestAuthority::make();
    let trusted = ("SSL_CERT_FILE", authority.file.to_str().unwrap());
    let server = Server::start_with_variables(&["--allow-private-egress"], &[trusted])?;
    Some((server, Host::start(Some(&authority)), authority))
}

pub(crate) fn for_localhost() -> Value {
    json!({ "localhost": { "X-Api-Key": SECRET } })
}

pub(crate) fn set(client: &Client, id: &str, headers: &Value) -> Value {
    let path = format!("/v2/box/{id}/config/attach-headers");
    let body = json!({ "attach_headers": headers });
    client.request("PUT", &path, &body).ok()
}

/// The box's own loopback interface has these names, too, unless it is told otherwise.
pub(crate) fn curl(arguments: &str) -> String {
    format!("curl -sS -m 60 --noproxy '' -x http://127.0.0.1:3128 {arguments} 2>&1")
}

pub(crate) fn holds_secret(asked: &[String]) -> bool {
    asked.iter().any(|head| head.contains(SECRET))
}

#[test]
fn curl_node_python_and_git_ask_with_a_header_that_they_do_not_know() {
    let Some((server, host, _authority)) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "attach_headers": for_localhost() }));
    let (all, port) = ("export no_proxy= NO_PROXY=;", host.port);
    let url = format!("https://localhost:{port}");
    let python = format!(
        "import urllib.request as r; print(r.urlopen('{url}/', timeout=60).read().decode())"
    );
    // Not every Node.js finds the proxy by itself.
    let node = format!(
        "http.request({{ port: 3128, method: 'CONNECT', path: 'localhost:{port}' }}).on('connect', (_, socket) => \
         https.get({{ host: 'localhost', path: '/', socket, agent: false }}, (answer) => answer.pipe(process.stdout))).end()"
    );
    for command in [
        curl(&format!("{url}/")),
        format!("node -e \"{node}\""),
        format!("{all} python3 -c \"{python}\""),
    ] {
        assert_eq!(
            client.output(&id, &command).trim(),
            "got 0 bytes",
            "{command}"
        );
        let asked = host.asked();
        assert!(
            asked.len() == 1 && holds_secret(&asked),
            "{command}: {asked:?}"
        );
    }
    let refs = client.output(&id, &format!("{all} git ls-remote {url}/repo"));
    assert!(refs.contains("refs/heads/main"), "{refs}");
    let asked = host.asked();
    assert!(!asked.is_empty() && asked.iter().all(|head| head.contains(SECRET)));
}

#[test]
fn what_the_program_says_under_that_name_is_replaced_in_clear_and_in_tls() {
    let Some((server, tls, _authority)) = start() else {
        return;
    };
    let plain = Host::start(None);
    let client = server.client();
    let id = client.create(json!({ "attach_headers": for_localhost() }));
    let own = "-H 'x-api-key: own' -H 'X-Api-Key: other' -H 'Connection: x-api-key'";
    for (host, request) in [
        (&tls, format!("{own} https://localhost:{}/", tls.port)),
        (&plain, format!("{own} http://localhost:{}/", plain.port)),
        // Through a tunnel, as some clients do it.
        (&plain, format!("-p {own} http://localhost:{}/", plain.port)),
    ] {
        assert_eq!(client.output(&id, &curl(&request)), "got 0 bytes\n");
        let asked = host.asked().concat().to_ascii_lowercase();
        assert_eq!(asked.matches("x-api-key").count(), 1, "{asked}");
        assert!(asked.contains(&format!("x-api-key: {SECRET}")), "{asked}");
    }
}

#[test]
fn a_change_counts_from_the_next_request_on_in_a_connection_that_is_open() {
    let Some((mut server, host, _authority)) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "attach_headers": for_localhost() }));
    let script = format!(
        "import http.client, os, time\n\
         c = http.client.HTTPSConnection('127.0.0.1', 3128, timeout=60)\n\
         c.set_tunnel('localhost', {})\n\
         for name in ['a', 'b']:\n\
         \x20   c.request('GET', '/' + name); c.getresponse().read()\n\
         \x20   open('/tmp/' + name, 'w').close()\n\
         \x20   while not os.path.exists('/tmp/go'): time.sleep(0.01)\n",
        host.port
    );
    let path = format!("/v2/box/{id}/exec");
    let body = json!({ "command": ["python3", "-c", script] }).to_string();
    std::thread::scope(|scope| {
        let client = server.client();
        let run = scope.spawn(move || {
            let headers = client.usual_headers();
            client.send("POST", &path, &headers, body.as_bytes()).ok()
        });
        let client = server.client();
        crate::support::wait_until("the first answer", || {
            client.sh(&id, "test -e /tmp/a")["exit_code"] == 0
        });
        let shown = set(&client, &id, &json!({ "localhost": { "X-Other": "b" } }));
        assert_eq!(shown["attach_headers"]["localhost"]["X-Other"], "********");
        client.sh(&id, "touch /tmp/go");
        let ended = run.join().unwrap();
        assert_eq!(ended["exit_code"], 0, "{ended}");
    });
    let asked = host.asked();
    assert!(asked[0].starts_with("GET /a") && asked[0].contains(SECRET));
    assert!(asked[1].starts_with("GET /b") && !asked[1].contains(SECRET));
    assert!(asked[1].to_ascii_lowercase().contains("x-other: b"));

    // It is kept, and another box from the disk has nothing of it.
    server.kill_and_restart();
    let client = server.client();
    let ask = curl(&format!("-k https://localhost:{}/", host.port));
    client.output(&id, &ask);
    assert!(
        host.asked()
            .concat()
            .to_ascii_lowercase()
            .contains("x-other")
    );
    let restored = client.restore(&client.snapshot(&id, "s"));
    client.output(&restored, &ask);
    assert!(
        !host
            .asked()
            .concat()
            .to_ascii_lowercase()
            .contains("x-other")
    );
    let none = set(&client, &id, &json!({}));
    assert_eq!(none, json!({ "attach_headers": {} }));
    client.output(&id, &ask);
    assert!(
        !host
            .asked()
            .concat()
            .to_ascii_lowercase()
            .contains("x-other")
    );
}

#[test]
fn a_tunnel_that_was_opened_before_its_host_had_headers_is_cut() {
    let Some((server, host, _authority)) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let path = format!("/v2/box/{id}/exec");
    let command = curl(&format!("-k https://localhost:{}/hold", host.port));
    let body = json!({ "command": ["sh", "-c", command] }).to_string();
    std::thread::scope(|scope| {
        let asking = server.client();
        let run = scope.spawn(move || {
            let headers = asking.usual_headers();
            asking.send("POST", &path, &headers, body.as_bytes()).ok()
        });
        host.held.recv().unwrap();
        set(&client, &id, &for_localhost());
        let ended = run.join().unwrap();
        assert_ne!(ended["exit_code"], 0, "{ended}");
    });
}

#[test]
fn streams_pass_both_ways_and_so_does_what_is_no_http_any_more() {
    let Some((server, host, _authority)) = start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "attach_headers": for_localhost() }));
    let url = format!("https://localhost:{}", host.port);
    let size = 40_000_000;
    let down = client.output(&id, &curl(&format!("{url}/large?{size} | sha256sum")));
    let expected = client.output(
        &id,
        &format!("head -c {size} /dev/zero | tr '\\0' x | sha256sum"),
    );
    assert_eq!(down, expected);
    let up = format!(
        "head -c {size} /dev/zero | {}",
        curl(&format!("-T - {url}/up"))
    );
    client.output(&id, &up);
    let up = format!(
        "head -c {size} /dev/zero > /tmp/up; {}",
        curl(&format!("-T /tmp/up {url}/up"))
    );
    assert_eq!(client.output(&id, &up), format!("got {size} bytes\n"));
    // The first half is there before the second is sent.
    let command = curl(&format!(
        "-N {url}/hold | (head -c 4; touch /tmp/half; cat)"
    ));
    let body = json!({ "command": ["sh", "-c", command] }).to_string();
    std::thread::scope(|scope| {
        let (asking, path) = (server.client(), format!("/v2/box/{id}/exec"));
        let run = scope.spawn(move || {
            let headers = asking.usual_headers();
            asking.send("POST", &path, &headers, body.as_bytes()).ok()
        });
        crate::support::wait_until("the first half", || {
            client.sh(&id, "test -e /tmp/half")["exit_code"] == 0
        });
        host.go_on.send(()).unwrap();
        assert_eq!(run.join().unwrap()["output"], "somemore");
    });
    host.asked();
    let script = format!(
        "import socket, ssl\n\
         s = socket.create_connection(('127.0.0.1', 3128), 60)\n\
         s.sendall(b'CONNECT localhost:{port} HTTP/1.1\\r\\nHost: localhost:{port}\\r\\n\\r\\n')\n\
         s.recv(4096)\n\
         s = ssl.create_default_context().wrap_socket(s, server_hostname='localhost')\n\
         s.sendall(b'GET /echo HTTP/1.1\\r\\nHost: localhost:{port}\\r\\nConnection: Upgrade\\r\\nUpgrade: echo\\r\\n\\r\\n')\n\
         f = s.makefile('rwb')\n\
         print(f.readline().split()[1].decode())\n\
         while f.readline().strip(): pass\n\
         for word in [b'one\\n', b'two\\n']:\n\
         \x20   f.write(word); f.flush(); print(f.readline().decode().strip())\n",
        port = host.port
    );
    let run = client.post(
        &format!("/v2/box/{id}/exec"),
        &json!({ "command": ["python3", "-c", script] }),
    );
    assert_eq!(run.ok()["output"], "101\nONE\nTWO\n");
    assert!(holds_secret(&host.asked()));
}

#[test]
fn headers_that_no_request_could_carry_are_refused() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let path = format!("/v2/box/{id}/config/attach-headers");
    let no = "invalid_argument";
    let put = |body, said| ("PUT", path.as_str(), body, 400, no, said);
    check(
        &client,
        &[
            put("{}", "attach_headers"),
            put(r#"{"attach_headers":{"A.com":{"x":"y"}}}"#, "lower case"),
            put(
                r#"{"attach_headers":{"https://a.com":{"x":"y"}}}"#,
                "api.example.com",
            ),
            put(
                r#"{"attach_headers":{"a.com":{"a b":"y"}}}"#,
                "name of a header",
            ),
            put(
                r#"{"attach_headers":{"a.com":{"x":"y\r\nz: 1"}}}"#,
                "control character",
            ),
            put(
                r#"{"attach_headers":{"a.com":{"Host":"b.com"}}}"#,
                "connection",
            ),
            put(r#"{"attach_headers":{"a.com":{"x":1}}}"#, "attach_headers"),
            (
                "POST",
                "/v2/box",
                r#"{"attach_headers":{"*":{"x":"y"}}}"#,
                400,
                no,
                "attach_headers",
            ),
            (
                "PUT",
                "/v2/box/nobody/config/attach-headers",
                r#"{"attach_headers":{}}"#,
                404,
                "box_not_found",
                "nobody",
            ),
        ],
    );
}
