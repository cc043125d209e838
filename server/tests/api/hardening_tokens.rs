//! Tokens against every class of route: without the scope, for another box, expired, revoked.

use serde_json::{Value, json};

use crate::exec_session::Session;
use crate::support::{Server, wait_until};

/// A call of each class, with `BOX` and `OTHER` for ids and `SNAPSHOT` for a snapshot of the other box.
/// The scope that opens it, if any does.
const CALLS: [(&str, &str); 71] = [
    ("read", "GET /v2/box"),
    ("create", "POST /v2/box"),
    ("", "DELETE /v2/box"),
    ("create", "POST /v2/box/from-snapshot"),
    ("read", "GET /v2/box/logs"),
    ("", "GET /v2/box/settings/env"),
    ("", "PUT /v2/box/settings/env"),
    ("", "DELETE /v2/box/settings/env/NAME"),
    ("read", "GET /v2/box/snapshots"),
    ("", "DELETE /v2/box/snapshots"),
    ("", "POST /v2/box/snapshots/import"),
    ("", "POST /v2/box/snapshots/pull"),
    ("read", "GET /v2/box/snapshots/SNAPSHOT"),
    ("", "PATCH /v2/box/snapshots/SNAPSHOT"),
    ("read", "GET /v2/box/snapshots/SNAPSHOT/archive"),
    ("read", "GET /v2/box/snapshots/SNAPSHOT/diff?box=OTHER"),
    ("read", "GET /v2/box/snapshots/SNAPSHOT/files/list"),
    (
        "read",
        "GET /v2/box/snapshots/SNAPSHOT/files/read?path=/etc/hosts",
    ),
    (
        "read",
        "GET /v2/box/snapshots/SNAPSHOT/files/download?folder=/workspace",
    ),
    ("", "POST /v2/box/snapshots/SNAPSHOT/push"),
    ("read", "GET /v2/box/snapshots/SNAPSHOT/tree"),
    ("read", "POST /v2/box/snapshots/SNAPSHOT/verify"),
    ("read", "GET /v2/box/BOX"),
    ("delete", "DELETE /v2/box/BOX"),
    ("read", "GET /v2/box/BOX/status"),
    ("exec", "POST /v2/box/BOX/exec"),
    ("exec", "POST /v2/box/BOX/exec-stream"),
    ("exec", "GET /v2/box/BOX/exec-session"),
    ("exec", "POST /v2/box/BOX/code"),
    ("exec", "POST /v2/box/BOX/code-stream"),
    ("exec", "POST /v2/box/BOX/run"),
    ("exec", "POST /v2/box/BOX/run/stream"),
    ("exec", "POST /v2/box/BOX/pause"),
    ("exec", "POST /v2/box/BOX/resume"),
    ("exec", "POST /v2/box/BOX/git/clone"),
    ("exec", "POST /v2/box/BOX/git/push"),
    ("exec", "POST /v2/box/BOX/git/exec"),
    ("exec", "POST /v2/box/BOX/git/create-pr"),
    ("exec", "POST /v2/box/BOX/runs/RUN/cancel"),
    ("read", "GET /v2/box/BOX/runs"),
    ("read", "GET /v2/box/BOX/runs/RUN"),
    ("read", "GET /v2/box/BOX/logs"),
    ("read", "GET /v2/box/BOX/files/read?path=x"),
    ("read", "GET /v2/box/BOX/files/list"),
    ("read", "GET /v2/box/BOX/files/stat?path=x"),
    ("read", "GET /v2/box/BOX/files/download?folder=x"),
    ("read", "GET /v2/box/BOX/files/archive?path=x"),
    ("write", "POST /v2/box/BOX/files/write"),
    ("write", "POST /v2/box/BOX/files/upload"),
    ("write", "POST /v2/box/BOX/files/mkdir"),
    ("write", "POST /v2/box/BOX/files/rename"),
    ("write", "POST /v2/box/BOX/files/remove"),
    ("snapshot", "POST /v2/box/BOX/snapshots"),
    ("read", "GET /v2/box/BOX/snapshots"),
    ("snapshot", "DELETE /v2/box/BOX/snapshots/SNAPSHOT"),
    ("snapshot", "POST /v2/box/BOX/rollback"),
    ("create", "POST /v2/box/BOX/fork"),
    ("", "POST /v2/box/BOX/preview"),
    ("", "GET /v2/box/BOX/preview"),
    ("", "POST /v2/box/BOX/schedules"),
    ("", "GET /v2/box/BOX/schedules"),
    ("", "PUT /v2/box/BOX/startup"),
    ("", "PUT /v2/box/BOX/config/model"),
    ("", "PUT /v2/box/BOX/config/network-policy"),
    ("", "PUT /v2/box/BOX/config/git"),
    ("", "POST /v2/box/BOX/config/skills"),
    ("", "GET /v2/tokens"),
    ("", "POST /v2/tokens"),
    ("", "DELETE /v2/tokens/TOKEN"),
    ("", "GET /v2/no-such-route"),
    ("", "POST /v2/box/BOX/no-such-route"),
];
const SCOPES: [&str; 6] = ["read", "exec", "write", "snapshot", "create", "delete"];
/// Calls that reach more than the one box in their path.
const OF_MANY: [&str; 3] = [
    "/v2/box/BOX/rollback",
    "/v2/box/BOX/fork",
    "/v2/box/snapshots",
];

struct World {
    server: Server,
    own: String,
    other: String,
    snapshot: String,
    run: String,
}

impl World {
    fn make() -> Option<Self> {
        let server = Server::start()?;
        let client = server.client();
        let (own, other) = (client.create(json!({})), client.create(json!({})));
        client.output(&other, "echo others > x");
        let snapshot = client.snapshot(&other, "others");
        let run = client.sh(&other, "true")["run_id"]
            .as_str()
            .unwrap()
            .to_owned();
        Some(Self {
            server,
            own,
            other,
            snapshot,
            run,
        })
    }

    fn token(&self, request: &Value) -> (String, String) {
        let made = self.server.client().post("/v2/tokens", request).ok();
        let text = |member: &str| made[member].as_str().unwrap().to_owned();
        (text("id"), text("token"))
    }

    /// Makes the call with nothing in its body, so that one that is let through does nothing.
    fn status(&self, token: &str, call: &str, of: &str) -> u16 {
        let call = call
            .replace("BOX", of)
            .replace("OTHER", &self.other)
            .replace("SNAPSHOT", &self.snapshot)
            .replace("RUN", &self.run);
        let (method, path) = call.split_once(' ').unwrap();
        let headers = [
            ("Host", self.server.address.as_str()),
            ("X-Box-Api-Key", token),
            ("Content-Type", "application/json"),
        ];
        let client = self.server.client();
        client.send(method, path, &headers, b"[]").status
    }
}

fn is_refused(status: u16) -> bool {
    status == 401 || status == 403
}

#[test]
fn in_every_class_of_route_a_token_opens_what_its_scope_says_and_no_more() {
    let Some(world) = World::make() else {
        return;
    };
    let mut tried = 0;
    for scope in SCOPES {
        let (_, token) = world.token(&json!({ "scopes": [scope] }));
        for (opened_by, call) in CALLS {
            // What it opens is not called: it would do it.
            if opened_by != scope {
                assert_eq!(
                    world.status(&token, call, &world.own),
                    403,
                    "{scope}: {call}"
                );
                tried += 1;
            }
        }
    }
    let without_create: Vec<&str> = SCOPES
        .into_iter()
        .filter(|scope| *scope != "create")
        .collect();
    let (_, bound) = world.token(&json!({ "scopes": without_create, "box_id": world.own }));
    for (opened_by, call) in CALLS {
        let is_of_many = !call.contains("BOX") || OF_MANY.iter().any(|path| call.contains(path));
        if call.contains("BOX") {
            assert_eq!(
                world.status(&bound, call, &world.other),
                403,
                "of another: {call}"
            );
            tried += 1;
        }
        if opened_by.is_empty() || is_of_many {
            assert_eq!(
                world.status(&bound, call, &world.own),
                403,
                "of many: {call}"
            );
            tried += 1;
        }
    }
    assert!(!is_refused(world.status(
        &bound,
        "GET /v2/box/BOX/status",
        &world.own
    )));
    println!("{tried} calls refused to tokens");
}

#[test]
fn a_token_of_one_box_reaches_nothing_of_another_through_its_own() {
    let Some(world) = World::make() else {
        return;
    };
    let scopes = ["read", "exec", "write", "snapshot", "delete"];
    let (_, bound) = world.token(&json!({ "scopes": scopes, "box_id": world.own }));
    for call in [
        "GET /v2/box/BOX/runs/RUN",
        "POST /v2/box/BOX/runs/RUN/cancel",
        "DELETE /v2/box/BOX/snapshots/SNAPSHOT",
    ] {
        assert_eq!(world.status(&bound, call, &world.own), 404, "{call}");
    }
    // Other ways to write the path of another box.
    for path in [
        "BOX/../OTHER",
        "BOX%2f..%2fOTHER",
        "./OTHER",
        "OTHER;BOX",
        "OTHER%00BOX",
        "%42OX/../OTHER",
    ] {
        let status = world.status(&bound, &format!("GET /v2/box/{path}"), &world.own);
        assert!([403, 404].contains(&status), "{path}: {status}");
    }
    let client = world.server.client();
    client
        .get(&format!("/v2/box/snapshots/{}", world.snapshot))
        .ok();
    assert_eq!(client.output(&world.other, "cat x"), "others\n");
}

#[test]
fn no_class_of_route_takes_a_token_that_has_ended() {
    let Some(world) = World::make() else {
        return;
    };
    let (id, revoked) = world.token(&json!({ "scopes": SCOPES }));
    let (_, expired) = world.token(&json!({ "scopes": SCOPES, "ttl": 1 }));
    world
        .server
        .client()
        .delete(&format!("/v2/tokens/{id}"))
        .ok();
    wait_until("the token has expired", || {
        world.status(&expired, "GET /v2/box", &world.own) == 401
    });
    for token in [&revoked, &expired] {
        for (_, call) in CALLS {
            assert_eq!(world.status(token, call, &world.own), 401, "{call}");
        }
    }
    println!("{} calls refused to ended tokens", 2 * CALLS.len());
}

#[test]
fn a_session_ends_with_the_token_that_began_it() {
    let Some(world) = World::make() else {
        return;
    };
    let (id, token) = world.token(&json!({ "scopes": ["exec"] }));
    let command = json!({ "argv": ["sleep", "68907"] });
    let mut session = Session::start_as(&token, &world.server, &world.own, command);
    assert_eq!(session.next()["type"], "started");
    wait_until("the command to begin", || {
        Server::is_process_alive("sleep 68907")
    });
    world
        .server
        .client()
        .delete(&format!("/v2/tokens/{id}"))
        .ok();
    Server::wait_for_end_of("sleep 68907");
}

#[test]
fn a_token_can_not_have_the_server_call_others() {
    let Some(world) = World::make() else {
        return;
    };
    let (_, token) = world.token(&json!({ "scopes": ["exec"] }));
    let headers = [
        ("Host", world.server.address.as_str()),
        ("X-Box-Api-Key", &token),
    ];
    let body =
        json!({ "prompt": "x", "webhook": { "url": format!("http://{}/", world.server.address) } });
    let path = format!("/v2/box/{}/run", world.own);
    let client = world.server.client();
    let answer = client.send("POST", &path, &headers, body.to_string().as_bytes());
    answer.is_error(403, "forbidden");
}
