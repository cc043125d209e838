//! Live sessions over a WebSocket.

use std::net::TcpStream;
use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use tungstenite::client::ClientRequestBuilder;
use tungstenite::{HandshakeError, Message, WebSocket};

use crate::support::{KEY, Server, wait_until};

type Socket = WebSocket<TcpStream>;

/// Opens a WebSocket with these headers; the answer's status and body when it is refused.
fn connect(
    server: &Server,
    path: &str,
    headers: &[(&str, &str)],
) -> Result<(Socket, Option<String>), u16> {
    let uri = format!("ws://{}{path}", server.address).parse().unwrap();
    let mut request = ClientRequestBuilder::new(uri);
    for (name, value) in headers {
        request = match *name {
            "Sec-WebSocket-Protocol" => request.with_sub_protocol(*value),
            name => request.with_header(name, *value),
        };
    }
    let stream = TcpStream::connect(&server.address).unwrap();
    stream
        .set_read_timeout(Some(Duration::from_secs(30)))
        .unwrap();
    match tungstenite::client(request, stream) {
        Ok((socket, answer)) => {
            let protocol = answer.headers().get("sec-websocket-protocol");
            Ok((
                socket,
                protocol.map(|value| value.to_str().unwrap().to_owned()),
            ))
        }
        Err(HandshakeError::Failure(tungstenite::Error::Http(answer))) => {
            Err(answer.status().as_u16())
        }
        Err(error) => panic!("{error}"),
    }
}

pub(crate) struct Session(Socket);

impl Session {
    fn start(server: &Server, id: &str, start: Value) -> Self {
        Self::start_as(KEY, server, id, start)
    }

    /// The same with another key, or a token.
    pub(crate) fn start_as(key: &str, server: &Server, id: &str, start: Value) -> Self {
        let path = format!("/v2/box/{id}/exec-session");
        let (socket, _) = connect(server, &path, &[("X-Box-Api-Key", key)]).unwrap();
        let mut session = Self(socket);
        let mut frame = json!({ "type": "start" });
        frame
            .as_object_mut()
            .unwrap()
            .extend(start.as_object().unwrap().clone());
        session.send(frame);
        session
    }

    /// The same, and the greeting must come.
    fn started(server: &Server, id: &str, start: Value) -> Self {
        let mut session = Self::start(server, id, start);
        let greeting = session.next();
        assert_eq!(greeting["type"], "started", "{greeting}");
        assert!(greeting["pid"].as_i64().unwrap() > 0);
        assert!(greeting["execId"].as_str().unwrap().starts_with("run_"));
        session
    }

    fn send(&mut self, frame: Value) {
        self.0.send(Message::text(frame.to_string())).unwrap();
    }

    fn type_in(&mut self, text: &str) {
        self.send(json!({ "type": "stdin", "data": STANDARD.encode(text) }));
    }

    pub(crate) fn next(&mut self) -> Value {
        loop {
            if let Message::Text(text) = self.0.read().unwrap() {
                return serde_json::from_str(&text).unwrap();
            }
        }
    }

    /// Reads standard output until `text` is in it; all that came.
    fn until(&mut self, text: &str) -> String {
        let mut seen = String::new();
        while !seen.contains(text) {
            let frame = self.next();
            assert_eq!(
                frame["type"], "stdout",
                "{frame} after {seen:?}, waiting for {text:?}"
            );
            seen.push_str(&decoded(&frame));
        }
        seen
    }

    /// Everything up to the exit: standard output, standard error, exit code.
    fn rest(&mut self) -> (String, String, i64) {
        let (mut out, mut err) = (String::new(), String::new());
        loop {
            let frame = self.next();
            match frame["type"].as_str().unwrap() {
                "stdout" => out.push_str(&decoded(&frame)),
                "stderr" => err.push_str(&decoded(&frame)),
                "exit" => return (out, err, frame["code"].as_i64().unwrap()),
                _ => panic!("{frame}"),
            }
        }
    }
}

fn decoded(frame: &Value) -> String {
    String::from_utf8(STANDARD.decode(frame["data"].as_str().unwrap()).unwrap()).unwrap()
}

#[test]
fn a_session_reads_and_writes_both_outputs_and_ends_with_its_code() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({ "env_vars": { "B": "box" } }));
    let start = json!({
        "argv": ["sh", "-c", "echo $A $B $LD_PRELOAD; pwd; while read line; do echo got $line; done; echo bad >&2; exit 3"],
        "cwd": "/tmp",
        "env": ["A=mine", "LD_PRELOAD=/x", "PATH=/nowhere", "nonsense"],
    });
    let mut session = Session::started(&server, &id, start);
    session.until("mine box\n/tmp\n");
    session.type_in("one\ntwo\n");
    session.until("got one\ngot two\n");
    session.send(json!({ "type": "of a newer client" }));
    session.0.send(Message::text("no JSON")).unwrap();
    session.type_in("three\n");
    session.send(json!({ "type": "stdin_close" }));
    assert_eq!(
        session.rest(),
        ("got three\n".to_owned(), "bad\n".to_owned(), 3)
    );
    let runs = client.get(&format!("/v2/box/{id}/runs")).ok();
    assert_eq!(
        (&runs["runs"][0]["status"], &runs["runs"][0]["exit_code"]),
        (&json!("failed"), &json!(3))
    );

    // A line of text is bash's, and so is a login's profile.
    let mut session =
        Session::started(&server, &id, json!({ "cmd": "echo $0; shopt login_shell" }));
    let (out, _, code) = session.rest();
    assert_eq!((out.as_str(), code), ("bash\nlogin_shell    \ton\n", 0));
}

#[test]
fn a_terminal_is_real_and_has_the_size_it_was_given() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let start = json!({ "argv": ["sh"], "tty": true, "rows": 33, "cols": 111, "env": ["PS1=> "] });
    let mut session = Session::started(&server, &id, start);
    session.until("> ");
    session.type_in("tty; stty size; ls -l $(tty); test -t 2 && echo a-terminal\n");
    let seen = session.until("\na-terminal");
    assert!(
        seen.contains("/dev/pts/0") && seen.contains("33 111"),
        "{seen}"
    );
    session.send(json!({ "type": "resize", "rows": 10, "cols": 20 }));
    session.type_in("until stty size | grep '10 20'; do :; done\n");
    session.until("\n10 20");
    // The character that a terminal turns into an interrupt.
    session.type_in("trap 'echo trapped' INT; sleep 77101; echo after=$?\n");
    wait_until("sleep to run", || Server::is_process_alive("sleep 77101"));
    session.type_in("\x03");
    session.until("trapped");
    session.type_in("(sleep 77102 &) ; exit 6\n");
    let (_, errors, code) = session.rest();
    assert_eq!((errors.as_str(), code), ("", 6));
    Server::wait_for_end_of("sleep 77102");

    let mut editor = Session::started(&server, &id, json!({ "argv": ["cat"], "tty": true }));
    editor.send(json!({ "type": "stdin_close" }));
    assert_eq!(editor.rest().2, 0);
}

#[test]
fn signals_reach_the_command() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let script =
        "trap 'echo one' USR1; trap 'echo int; exit 9' INT; echo ready; while :; do :; done";
    let mut session = Session::started(&server, &id, json!({ "argv": ["sh", "-c", script] }));
    session.until("ready");
    session.send(json!({ "type": "signal", "signal": "NO_SUCH" }));
    session.send(json!({ "type": "signal", "signal": "USR1" }));
    session.until("one");
    session.send(json!({ "type": "signal", "signal": "SIGINT" }));
    assert_eq!(session.rest(), ("int\n".to_owned(), String::new(), 9));

    let mut polite = Session::started(&server, &id, json!({ "argv": ["sleep", "77103"] }));
    polite.send(json!({ "type": "terminate" }));
    assert_eq!(polite.rest().2, 143);
    let stubborn = "trap '' TERM; echo ready; while :; do :; done";
    let mut stubborn = Session::started(&server, &id, json!({ "argv": ["sh", "-c", stubborn] }));
    stubborn.until("ready");
    stubborn.send(json!({ "type": "terminate", "graceMs": 20 }));
    stubborn.send(json!({ "type": "terminate", "graceMs": 600_000 }));
    assert_eq!(stubborn.rest().2, 137);

    let script = "trap '' TERM; exec >/dev/null 2>&1; touch /tmp/quiet; sleep 77108";
    let mut quiet = Session::started(&server, &id, json!({ "argv": ["sh", "-c", script] }));
    client.output(&id, "until [ -e /tmp/quiet ]; do :; done");
    quiet.send(json!({ "type": "terminate", "graceMs": 20 }));
    assert_eq!(quiet.rest().2, 137);
    Server::wait_for_end_of("sleep 77108");
}

#[test]
fn the_connection_owns_the_command() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    for tty in [false, true] {
        let script = "setsid sleep 77104 & sleep 77105 & sleep 77106";
        let session = Session::started(
            &server,
            &id,
            json!({ "argv": ["sh", "-c", script], "tty": tty }),
        );
        let all = ["sleep 77104", "sleep 77105", "sleep 77106"];
        wait_until("all to run", || {
            all.iter().all(|words| Server::is_process_alive(words))
        });
        assert_eq!(
            client.get(&format!("/v2/box/{id}")).ok()["status"],
            "running"
        );
        drop(session);
        for words in all {
            Server::wait_for_end_of(words);
        }
    }
    wait_until("the box to be idle", || {
        client.get(&format!("/v2/box/{id}")).ok()["status"] == "idle"
    });
    let mut session = Session::started(&server, &id, json!({ "argv": ["sleep", "77107"] }));
    client.post(&format!("/v2/box/{id}/pause"), &json!({})).ok();
    let (_, _, code) = session.rest();
    assert!([-1, 137].contains(&code), "{code}");
}

#[test]
fn sessions_do_not_mix() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let mut sessions: Vec<_> = (0..8)
        .map(|number| {
            Session::started(
                &server,
                &id,
                json!({ "argv": ["cat"], "tty": number % 2 == 1 }),
            )
        })
        .collect();
    for (number, session) in sessions.iter_mut().enumerate() {
        session.type_in(&format!("line of {number}\n"));
    }
    for (number, session) in sessions.iter_mut().enumerate() {
        let seen = session.until(&format!("line of {number}"));
        assert_eq!(
            seen.matches("line of").count(),
            seen.matches(&number.to_string()).count()
        );
    }
    // Much in both directions at once.
    let mut session = Session::started(&server, &id, json!({ "argv": ["wc", "-c"] }));
    let piece = "x".repeat(1 << 20);
    for _ in 0..12 {
        session.type_in(&piece);
    }
    session.send(json!({ "type": "stdin_close" }));
    assert_eq!(session.rest().0.trim(), (12 << 20).to_string());
}

#[test]
fn what_can_not_be_started_is_told() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    for start in [
        json!({}),
        json!({ "argv": [] }),
        json!({ "argv": ["a\0b"] }),
        json!({ "argv": ["true"], "cwd": "/no/such/directory" }),
        json!({ "argv": ["true"], "cwd": "/../x" }),
    ] {
        let answer = Session::start(&server, &id, start.clone()).next();
        assert_eq!(answer["type"], "error", "{start}");
        assert!(answer["message"].as_str().unwrap().len() > 10, "{answer}");
    }
    for tty in [false, true] {
        let start = json!({ "argv": ["no-such-program"], "tty": tty });
        let (out, err, code) = Session::started(&server, &id, start).rest();
        assert_eq!(code, 127);
        assert!((out + &err).contains("not found"));
    }
}

#[test]
fn a_session_needs_the_key_a_welcome_page_and_a_box() {
    let Some(server) = Server::start() else {
        return;
    };
    let client = server.client();
    let id = client.create(json!({}));
    let path = format!("/v2/box/{id}/exec-session");
    let own = format!("http://{}", server.address);
    let protocols = format!("box-session-v1, box-key.{}", URL_SAFE_NO_PAD.encode(KEY));
    let wrong = format!(
        "box-session-v1, box-key.{}",
        URL_SAFE_NO_PAD.encode("box_wrong")
    );
    let refused =
        |path: &str, headers: &[(&str, &str)]| connect(&server, path, headers).err().unwrap();
    assert_eq!(refused(&path, &[]), 401);
    assert_eq!(refused(&path, &[("Sec-WebSocket-Protocol", &wrong)]), 401);
    assert_eq!(
        refused(&path, &[("Sec-WebSocket-Protocol", "box-key.!")]),
        401
    );
    assert_eq!(
        refused(
            &path,
            &[("X-Box-Api-Key", KEY), ("Origin", "https://example.com")]
        ),
        403
    );
    assert_eq!(
        refused(
            &path,
            &[("Sec-WebSocket-Protocol", &protocols), ("Origin", "null")]
        ),
        403
    );
    assert_eq!(
        refused("/v2/box/no-box/exec-session", &[("X-Box-Api-Key", KEY)]),
        404
    );
    client.get(&path).is_error(400, "invalid_argument");

    let headers = [
        ("Sec-WebSocket-Protocol", protocols.as_str()),
        ("Origin", own.as_str()),
    ];
    let (socket, protocol) = connect(&server, &path, &headers).unwrap();
    // The server says which protocol it speaks and never repeats the key.
    assert_eq!(protocol.as_deref(), Some("box-session-v1"));
    let mut session = Session(socket);
    session.send(json!({ "type": "start", "argv": ["echo", "hi"] }));
    assert_eq!(session.next()["type"], "started");
    assert_eq!(session.rest(), ("hi\n".to_owned(), String::new(), 0));
}
