//! The client of programs in Rust: over a real network, against a server that plays a part and against box-server.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "a test may panic, and says when it is skipped"
)]

#[path = "service/box_server.rs"]
mod box_server;
#[path = "../examples/rust/main.rs"]
#[allow(dead_code, reason = "its `main` is what a person starts")]
mod example;
#[path = "service/player.rs"]
mod player;

use std::time::Duration;

use box_server::BoxServer;
use player::Player;
use serde_json::{Value, json};
use upstash_box_wasm::api_types::ErrorCode;
use upstash_box_wasm::error::Error;
use upstash_box_wasm::service::{BoxHandle, CommandChunk, Service};
use upstash_box_wasm::transport::Body;
use upstash_box_wasm::transport::native::Native;

/// A service on a server that plays these parts.
async fn service_with(answers: &[&str]) -> (Player, Service<Native>) {
    let answers = answers.iter().map(|answer| (*answer).to_owned());
    let player = Player::start(answers.collect()).await;
    let service = Service::connect(&player.base_url, "box_key").unwrap();
    (player, service)
}

/// A box on a server that plays these parts.
async fn played(answers: &[&str]) -> (Player, BoxHandle<Native>) {
    let found = Player::json(200, &json!({ "id": "b", "status": "idle" }));
    let (player, service) = service_with(&[&[found.as_str()], answers].concat()).await;
    let handle = service.get("b").await.unwrap();
    (player, handle)
}

/// A future of the service can be handed to any thread.
fn any_thread<F: Future + Send>(work: F) -> F {
    work
}

#[tokio::test]
async fn a_call_sends_what_javascript_would_send() {
    let run = Player::json(200, &json!({ "exit_code": 3, "output": "o", "error": "e" }));
    let (player, handle) = played(&[&run]).await;
    let run = any_thread(handle.exec("ls | wc")).await.unwrap();
    assert_eq!(
        (run.exit_code, run.output.as_str(), run.error.as_deref()),
        (3, "o", Some("e"))
    );
    let sent = player.asked();
    assert!(
        sent[0].starts_with("GET /v2/box/b HTTP/1.1\r\n"),
        "{}",
        sent[0]
    );
    assert!(
        sent[1].starts_with("POST /v2/box/b/exec HTTP/1.1\r\n"),
        "{}",
        sent[1]
    );
    let lower = sent[1].to_ascii_lowercase();
    assert!(lower.contains("x-box-api-key: box_key\r\n"), "{lower}");
    assert!(
        lower.contains("content-type: application/json\r\n"),
        "{lower}"
    );
    assert!(
        sent[1].ends_with(r#"{"command":["sh","-c","ls | wc"]}"#),
        "{}",
        sent[1]
    );
}

#[tokio::test]
async fn failures_have_a_code_and_passing_ones_are_tried_again() {
    let busy = Player::raw("503 Busy", "retry-after: 0\r\n", "<h1>busy</h1>");
    let gone = Player::json(
        404,
        &json!({ "error": "There is no box `b`.", "code": "box_not_found" }),
    );
    let (player, handle) = played(&[&busy, Player::CLOSED, &gone]).await;
    let error = handle.info().await.unwrap_err();
    assert_eq!(
        (error.code, error.status),
        (ErrorCode::BoxNotFound, Some(404))
    );
    assert_eq!(player.asked().len(), 4);
}

#[tokio::test]
async fn what_might_run_twice_is_never_sent_twice() {
    let busy = Player::raw("503 Busy", "retry-after: 0\r\n", "");
    for (answer, code) in [
        (busy.as_str(), ErrorCode::Unavailable),
        (Player::CLOSED, ErrorCode::Network),
    ] {
        let (player, handle) = played(&[answer, answer]).await;
        let error = handle.exec("x").await.unwrap_err();
        assert_eq!(error.code, code);
        let error = handle.exec_stream("x").await.unwrap_err();
        assert_eq!(error.code, code);
        assert_eq!(player.asked().len(), 3);
    }
}

#[tokio::test]
async fn an_address_where_nobody_listens_is_named() {
    // Nobody can listen at port 0.
    let nowhere = Service::connect("http://127.0.0.1:0", "box_key").unwrap();
    let call = nowhere.ask::<Value>("box.exec.command", json!({ "id": "b", "command": "x" }));
    let error = call.await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Network);
    assert!(error.message.contains("http://127.0.0.1:0"), "{error}");
    assert!(!format!("{nowhere:?}").contains("box_key"));
}

#[tokio::test]
async fn a_limit_ends_a_call_and_says_what_was_left_behind() {
    for limit in [Some(Duration::from_secs(90)), None] {
        let creating = Player::json(201, &json!({ "id": "slow-1", "status": "creating" }));
        let player = Player::start(vec![creating, Player::SILENCE.to_owned()]).await;
        let mut service = Service::connect(&player.base_url, "box_key").unwrap();
        if let Some(limit) = limit {
            service = service.with_limit(limit);
        }
        let creating = tokio::spawn(async move { service.create(json!({})).await });
        while player.asked().len() < 2 {
            tokio::task::yield_now().await;
        }
        // From here on the clock is the test's: the answer that is waited for never comes.
        tokio::time::pause();
        tokio::time::advance(limit.unwrap_or(Duration::from_secs(300))).await;
        let error = creating.await.unwrap().unwrap_err();
        tokio::time::resume();
        assert_eq!(error.code, ErrorCode::Timeout);
        assert_eq!(error.left_behind.as_deref(), Some("slow-1"));
    }
}

#[tokio::test]
async fn forks_come_one_by_one_and_one_that_fails_does_not_stop_the_others() {
    let told = Player::json(200, &json!({ "features": ["fork"] }));
    let lines = [
        r#"{"box":{"id":"one","status":"idle"}}"#,
        r#"{"error":{"error":"The disk is full.","code":"storage_full"}}"#,
        r#"{"box":{"id":"three","status":"idle"}}"#,
    ];
    let made = Player::raw("200 OK", "", &format!("{}\n", lines.join("\n")));
    let (player, service) = service_with(&[&told, &made]).await;
    let mut forks = service
        .fork("snap", 3, json!({ "name": "f" }))
        .await
        .unwrap();
    assert_eq!(forks.next().await.unwrap().unwrap().id(), "one");
    let error = forks.next().await.unwrap_err();
    assert_eq!(error.code, ErrorCode::StorageFull);
    assert_eq!(forks.next().await.unwrap().unwrap().id(), "three");
    assert!(forks.next().await.unwrap().is_none());
    let asked = player.asked();
    assert!(
        asked[1].ends_with(r#"{"count":3,"name":"f","snapshot_id":"snap"}"#),
        "{}",
        asked[1]
    );

    let (_player, service) =
        service_with(&[&told, &Player::raw("200 OK", "", r#"{"box":{"#)]).await;
    let mut forks = service.fork("snap", 1, ()).await.unwrap();
    assert_eq!(
        forks.next().await.unwrap_err().code,
        ErrorCode::StreamTruncated
    );
    assert!(forks.next().await.unwrap().is_none());

    let hosted = Player::json(404, &json!({ "error": "Not found" }));
    let (player, service) = service_with(&[&hosted]).await;
    let error = service.fork("snap", 2, ()).await.unwrap_err();
    assert_eq!(error.code, ErrorCode::Unsupported);
    assert_eq!(player.asked().len(), 1);
}

#[tokio::test]
async fn a_call_that_is_not_what_was_asked_for_is_refused_before_it_is_sent() {
    let (player, service) = service_with(&[]).await;
    let refused = |error: Error, words: &str| {
        assert_eq!(error.code, ErrorCode::InvalidArgument);
        assert!(error.message.contains(words), "{error}");
    };
    let streamed = service.ask::<Value>("box.files.stream", json!({ "id": "b", "path": "p" }));
    refused(streamed.await.unwrap_err(), "use `open`");
    let whole = service.open("box.exec.command", json!({ "id": "b", "command": "c" }));
    refused(whole.await.unwrap_err(), "use `ask`");
    let form = service.ask::<()>("box.files.upload", json!({ "id": "b", "form": 1 }));
    refused(form.await.unwrap_err(), "`form` is no JSON");
    refused(
        service.create(7).await.unwrap_err(),
        "must be a JSON object",
    );
    assert!(player.asked().is_empty());
}

#[tokio::test]
async fn an_answer_of_another_shape_says_which_call_it_was() {
    let (_player, handle) = played(&[&Player::json(200, &json!({ "exit_code": 0 }))]).await;
    let error = handle.exec("x").await.unwrap_err();
    assert_eq!(error.code, ErrorCode::InvalidResponse);
    assert!(error.message.starts_with("box.exec.command: "), "{error}");
}

#[tokio::test]
async fn a_stream_that_is_cut_off_is_no_success() {
    for (body, code) in [
        ("half of the outp", ErrorCode::StreamTruncated),
        (
            "event: error\ndata: {\"error\":\"no such program\"}\n\n",
            ErrorCode::RunFailed,
        ),
    ] {
        let (_player, handle) = played(&[&Player::raw("200 OK", "", body)]).await;
        let mut stream = handle.exec_stream("x").await.unwrap();
        let error = loop {
            match stream.next().await {
                Ok(Some(_)) => {}
                Ok(None) => panic!("{body} ended well"),
                Err(error) => break error,
            }
        };
        assert_eq!(error.code, code);
    }
    let (_player, handle) =
        played(&[&Player::raw("200 OK", "", "event: text\ndata: {}\n\n")]).await;
    let mut events = handle.agent_stream("p").await.unwrap();
    assert_eq!(events.next().await.unwrap().unwrap().name, "text");
    assert_eq!(
        events.next().await.unwrap_err().code,
        ErrorCode::StreamTruncated
    );
}

#[tokio::test]
async fn a_refused_stream_says_why() {
    let refusal = Player::json(
        409,
        &json!({ "error": "The box is paused.", "code": "conflict" }),
    );
    let (_player, handle) = played(&[&refusal]).await;
    let error = handle.exec_stream("x").await.unwrap_err();
    assert_eq!(
        (error.code, error.message.as_str()),
        (ErrorCode::Conflict, "The box is paused.")
    );
}

#[tokio::test]
async fn work_in_boxes_of_a_real_server() -> Result<(), Error> {
    let Some(server) = BoxServer::start() else {
        return Ok(());
    };
    let service = Service::connect(&server.base_url, &server.api_key)?;
    let made = service
        .create(json!({ "name": "from-rust", "labels": ["rust"] }))
        .await?;
    made.write("n", "41").await?;
    assert_eq!(made.exec("expr $(cat n) + 1").await?.output, "42\n");

    let snapshot = made.snapshot(json!({ "name": "forty-one" })).await?;
    made.write("n", "0").await?;
    let copy = service.from_snapshot(&snapshot.id, json!({})).await?;
    assert_eq!(copy.read("n").await?, "41");
    made.rollback(&snapshot.id).await?;
    assert_eq!(made.read("n").await?, "41");

    let mut stream = made.exec_stream("printf 'a\\nb\\n'; exit 5").await?;
    let mut output = Vec::new();
    let exit = loop {
        match stream.next().await? {
            Some(CommandChunk::Output(bytes)) => output.extend(bytes),
            Some(CommandChunk::Exit(exit)) => break exit,
            None => panic!("a stream ended without an exit"),
        }
    };
    assert_eq!(
        (output.as_slice(), exit.exit_code),
        (b"a\nb\n".as_slice(), 5)
    );
    assert_eq!(stream.next().await?, None);

    let missing = made.read("none").await.unwrap_err();
    assert_eq!(missing.code, ErrorCode::PathNotFound);
    let names: Vec<_> = made
        .list(".")
        .await?
        .into_iter()
        .map(|entry| entry.name)
        .collect();
    assert_eq!(names, ["n"]);

    let bytes = [0, 159, 146, 150];
    made.write_bytes("raw", &bytes).await?;
    assert_eq!(made.read_bytes("raw").await?, bytes);
    let mut body = made
        .open("box.files.stream", json!({ "path": "raw" }))
        .await?;
    let mut streamed = Vec::new();
    while let Some(chunk) = body.chunk().await? {
        streamed.extend(chunk);
    }
    assert_eq!(streamed, bytes);

    let mut forks = service.fork(&snapshot.id, 3, ()).await?;
    let mut forked = 0;
    while let Some(fork) = forks.next().await? {
        assert_eq!(fork.exec("cat n").await?.output, "41");
        fork.delete().await?;
        forked += 1;
    }
    assert_eq!(forked, 3);

    copy.delete().await?;
    made.delete().await?;
    assert!(service.list().await?.is_empty());
    assert_eq!(service.snapshot(&snapshot.id).await?.name, "forty-one");
    example::play(&server.base_url, &server.api_key).await?;
    assert!(service.list().await?.is_empty());
    Ok(())
}
