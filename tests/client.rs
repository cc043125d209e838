//! The client tries again where that is safe, waits for what is being made, and says what went wrong.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use serde_json::{Value as Wire, json};
use upstash_box_wasm::api_types::ErrorCode;
use upstash_box_wasm::client::Client;
use upstash_box_wasm::error::Error;
use upstash_box_wasm::json::Json;
use upstash_box_wasm::json::value::Value;
use upstash_box_wasm::transport::scripted::{Scripted, ScriptedCall, Turn};

fn value(wire: Wire) -> Value {
    serde_json::from_value(wire).unwrap()
}

fn answer(status: u16, body: Wire) -> Turn {
    Scripted::answer(status, value(body))
}

fn network() -> Turn {
    Err(Error::new(
        ErrorCode::Network,
        "connection refused".to_owned(),
    ))
}

fn gone() -> Turn {
    answer(
        404,
        json!({ "error": "No such box.", "code": "box_not_found" }),
    )
}

/// Runs a call to its end. The scripted transport never waits, so one look is enough.
fn run(
    script: &Scripted,
    call: &ScriptedCall,
    name: &str,
    arguments: Wire,
) -> Result<Value, Error> {
    let client = Client::new(script);
    let arguments = value(arguments);
    let future = pin!(client.call(call, name, &arguments));
    match future.poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => panic!("{name} waits for something that is not scripted"),
    }
}

fn call(
    turns: impl IntoIterator<Item = Turn>,
    name: &str,
    arguments: Wire,
) -> (Scripted, Result<Value, Error>) {
    let script = Scripted::new(turns);
    let outcome = run(&script, &ScriptedCall::default(), name, arguments);
    (script, outcome)
}

fn made(status: &str) -> Wire {
    json!({ "id": "calm-otter-1", "status": status })
}

#[test]
fn a_box_that_is_ready_at_once_costs_one_request() {
    let (script, outcome) = call([answer(201, made("idle"))], "Box.create", json!({}));
    assert_eq!(outcome.unwrap().get("id"), Value::from_text("calm-otter-1"));
    assert_eq!(script.sent.borrow().len(), 1);
    assert!(script.slept.borrow().is_empty());
}

#[test]
fn a_box_is_looked_at_until_it_is_ready() {
    let turns = [
        answer(201, made("creating")),
        answer(200, made("creating")),
        answer(200, made("idle")),
    ];
    let (script, outcome) = call(turns, "Box.create", json!({ "name": "n" }));
    assert_eq!(outcome.unwrap().get("status"), Value::from_text("idle"));
    let sent = script.sent.borrow();
    assert_eq!(sent[1].target, "/v2/box/calm-otter-1");
    assert_eq!(sent[1].method.as_str(), "GET");
    assert_eq!(*script.slept.borrow(), [20, 22]);
}

#[test]
fn a_snapshot_is_looked_for_among_those_of_its_box() {
    let snapshot = |id: &str, status: &str| json!({ "id": id, "name": "n", "box_id": "b", "size_bytes": 1, "status": status, "created_at": 0 });
    let turns = [
        answer(201, snapshot("s2", "creating")),
        answer(
            200,
            json!({ "snapshots": [snapshot("s1", "ready"), snapshot("s2", "creating")] }),
        ),
        answer(
            200,
            json!({ "snapshots": [snapshot("s1", "ready"), snapshot("s2", "ready")] }),
        ),
    ];
    let (script, outcome) = call(turns, "box.snapshot", json!({ "id": "b", "name": "n" }));
    let expected = snapshot("s2", "ready");
    assert_eq!(outcome.unwrap(), value(expected));
    assert_eq!(script.sent.borrow()[2].target, "/v2/box/b/snapshots");
}

#[test]
fn what_can_not_be_made_is_an_error_that_names_it() {
    for status in ["error", "deleted"] {
        let turns = [answer(201, made("creating")), answer(200, made(status))];
        let error = call(turns, "Box.create", json!({})).1.unwrap_err();
        assert_eq!(error.code, ErrorCode::BoxFailed);
        assert!(error.message.contains("calm-otter-1"), "{error}");
        assert_eq!(error.left_behind.is_some(), status == "error");
    }
    let turns = [
        answer(201, json!({ "id": "s", "status": "creating" })),
        answer(200, json!({ "snapshots": null })),
    ];
    let error = call(turns, "box.snapshot", json!({ "id": "b" }))
        .1
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::SnapshotFailed);
}

#[test]
fn a_wait_that_ends_early_says_what_it_leaves_behind() {
    for code in [ErrorCode::Timeout, ErrorCode::Aborted] {
        let script = Scripted::new([answer(201, made("creating")), answer(200, made("creating"))]);
        let ended = Error::new(code, "Ended.".to_owned());
        let one_call = ScriptedCall {
            ends: Some((1, ended)),
        };
        let error = run(&script, &one_call, "Box.create", json!({})).unwrap_err();
        assert_eq!(error.code, code);
        assert_eq!(error.left_behind.as_deref(), Some("calm-otter-1"));
        assert!(error.message.contains("calm-otter-1"), "{error}");
    }
}

#[test]
fn a_failed_look_is_repeated_and_then_says_what_was_made() {
    let turns = [
        answer(201, made("creating")),
        network(),
        answer(503, json!(null)),
        answer(200, made("idle")),
    ];
    assert!(call(turns, "Box.create", json!({})).1.is_ok());
    let turns = [
        answer(201, made("creating")),
        answer(401, json!({ "error": "Who?" })),
    ];
    let error = call(turns, "Box.create", json!({})).1.unwrap_err();
    assert_eq!(
        (error.code, error.left_behind.as_deref()),
        (ErrorCode::Unauthorized, Some("calm-otter-1"))
    );
}

#[test]
fn reading_is_tried_again_and_making_is_not() {
    let (script, outcome) = call(
        [
            network(),
            answer(502, json!("<html>")),
            answer(200, json!(null)),
        ],
        "Box.list",
        json!({}),
    );
    assert_eq!(outcome.unwrap(), Value::list());
    assert_eq!(*script.slept.borrow(), [100, 200]);

    let (script, outcome) = call([network()], "Box.create", json!({}));
    assert_eq!(outcome.unwrap_err().code, ErrorCode::Network);
    assert_eq!(script.sent.borrow().len(), 1);

    let (script, outcome) = call(
        [network(), answer(201, made("idle"))],
        "Box.create",
        json!({ "idempotencyKey": "k" }),
    );
    assert!(outcome.is_ok());
    let sent = script.sent.borrow();
    assert_eq!(sent[0], sent[1]);
}

#[test]
fn trying_ends() {
    let (script, outcome) = call(
        [network(), network(), network(), network()],
        "Box.list",
        json!({}),
    );
    assert_eq!(outcome.unwrap_err().code, ErrorCode::Network);
    assert_eq!(script.sent.borrow().len(), 4);
}

#[test]
fn the_server_says_how_long_to_wait() {
    let mut busy = answer(
        429,
        json!({ "error": "Slow down.", "code": "rate_limited" }),
    );
    if let Ok(response) = &mut busy {
        response.retry_after = Some("3".to_owned());
    }
    let (script, outcome) = call([busy, answer(200, json!([]))], "Box.list", json!({}));
    assert!(outcome.is_ok());
    assert_eq!(*script.slept.borrow(), [3000]);
}

#[test]
fn what_an_earlier_try_removed_is_gone() {
    let (_, outcome) = call([network(), gone()], "box.delete", json!({ "id": "b" }));
    assert_eq!(outcome, Ok(Value::Null));
    let error = call([gone()], "box.delete", json!({ "id": "b" }))
        .1
        .unwrap_err();
    assert_eq!(error.code, ErrorCode::BoxNotFound);
}

#[test]
fn what_a_second_try_can_not_set_was_not_set() {
    let arguments = json!({ "id": "b", "initCommand": "true" });
    let (_, outcome) = call([network(), gone()], "box.setInitCommand", arguments);
    assert_eq!(outcome.unwrap_err().code, ErrorCode::BoxNotFound);
}

#[test]
fn what_tells_more_than_that_it_worked_is_not_made_up_by_a_second_try() {
    let arguments = json!({ "id": "b", "label": "one" });
    let (_, outcome) = call([network(), gone()], "box.labels.remove", arguments);
    assert_eq!(outcome.unwrap_err().code, ErrorCode::BoxNotFound);
}

#[test]
fn a_redirect_is_an_answer_that_the_api_does_not_promise() {
    for status in [0, 302, 308] {
        let error = call([answer(status, json!(null))], "Box.list", json!({}))
            .1
            .unwrap_err();
        assert_eq!(error.code, ErrorCode::InvalidResponse);
        assert!(error.message.contains("baseUrl"), "{error}");
    }
}

#[test]
fn every_row_of_the_error_table_reaches_the_caller() {
    for row in ErrorCode::ALL {
        let Some(status) = row.status() else { continue };
        let mut refused = answer(status, json!({ "error": "Because.", "code": row.as_str() }));
        if let Ok(response) = &mut refused {
            response.request_id = Some("req_7".to_owned());
        }
        let error = call([refused], "Box.create", json!({})).1.unwrap_err();
        assert_eq!((error.code, error.status), (*row, Some(status)));
        assert_eq!(
            (error.message.as_str(), error.request_id.as_deref()),
            ("Because.", Some("req_7"))
        );
    }
}

#[test]
fn an_answer_that_breaks_the_promise_is_invalid_response() {
    for (name, arguments, body) in [
        ("Box.get", json!({ "id": "b" }), json!("<html>")),
        ("Box.get", json!({ "id": "b" }), json!({ "id": "b" })),
        ("Box.create", json!({}), json!(null)),
        ("Box.list", json!({}), json!({ "boxes": [] })),
        (
            "box.listSnapshots",
            json!({ "id": "b" }),
            json!({ "snapshots": 7 }),
        ),
        (
            "box.exec.command",
            json!({ "id": "b", "command": "x" }),
            json!({ "output": "no code" }),
        ),
        (
            "box.files.read",
            json!({ "id": "b", "path": "p" }),
            json!({}),
        ),
        (
            "box.exec.stream",
            json!({ "id": "b", "command": "x" }),
            json!(null),
        ),
    ] {
        let error = call([answer(200, body)], name, arguments).1.unwrap_err();
        assert_eq!(
            (error.code, error.status),
            (ErrorCode::InvalidResponse, Some(200)),
            "{name}"
        );
        assert!(error.message.starts_with(name), "{error}");
    }
}

#[test]
fn empty_lists_may_be_null_or_missing() {
    for (name, body) in [
        ("Box.list", json!(null)),
        ("Box.list", json!([])),
        ("box.listSnapshots", json!({ "snapshots": null })),
        ("box.listSnapshots", json!({})),
        ("box.files.list", json!({ "files": null })),
    ] {
        let (_, outcome) = call([answer(200, body)], name, json!({ "id": "b" }));
        assert_eq!(outcome.unwrap(), Value::list(), "{name}");
    }
}

#[test]
fn an_unknown_option_is_told_and_ignored() {
    let (script, outcome) = call(
        [answer(201, made("idle"))],
        "Box.create",
        json!({ "nmae": "x" }),
    );
    assert!(outcome.is_ok());
    assert_eq!(
        *script.warnings.borrow(),
        ["Box.create: there is no option `nmae`; it was ignored."]
    );
}

#[test]
fn a_call_that_does_not_exist_is_refused() {
    let (script, outcome) = call([], "Box.fly", json!({}));
    assert_eq!(outcome.unwrap_err().code, ErrorCode::InvalidArgument);
    assert!(script.sent.borrow().is_empty());
}
