//! The route of live sessions: a WebSocket whose frames are JSON text, with bytes as base64.
//!
//! The connection owns the command: when it closes, the command and all that it started end. What
//! can't be read as a frame is passed over, as a newer client may know more.

use std::time::Duration;

use axum::Extension;
use axum::extract::State;
use axum::extract::ws::rejection::WebSocketUpgradeRejection;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;
use serde_json::{Value, json};

use super::access::{ByToken, SESSION_PROTOCOL};
use super::error::ApiError;
use super::params::InPath;
use super::routes::Routes;
use crate::boxes::{Boxes, LiveSession, SessionEvent, SessionStart};

/// How long a client may take to say what is to be started.
const START_LIMIT: Duration = Duration::from_secs(60);
const MAX_FRAME_BYTES: usize = 4 * 1024 * 1024;
const DEFAULT_GRACE_MS: u64 = 5000;
const MAX_GRACE_MS: u64 = 10 * 60 * 1000;

pub(super) fn routes() -> Routes {
    Routes::new().route("/v2/box/{box}/exec-session", get(open))
}

#[derive(Debug, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
enum Frame {
    Start(Start),
    Stdin {
        data: String,
    },
    StdinClose,
    Resize {
        rows: u16,
        cols: u16,
    },
    Signal {
        signal: String,
    },
    Terminate {
        #[serde(rename = "graceMs")]
        grace_ms: Option<u64>,
    },
}

#[derive(Debug, Deserialize)]
struct Start {
    argv: Option<Vec<String>>,
    cmd: Option<String>,
    tty: Option<bool>,
    cwd: Option<String>,
    rows: Option<u16>,
    cols: Option<u16>,
    env: Option<Vec<String>>,
}

async fn open(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    token: Option<Extension<ByToken>>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, ApiError> {
    // A box that is not there is an ordinary error.
    boxes.status(&reference).await?;
    let upgrade = upgrade.map_err(|rejection| {
        ApiError::invalid(format!(
            "a session needs a WebSocket: {}",
            rejection.body_text()
        ))
    })?;
    Ok(upgrade
        .protocols([SESSION_PROTOCOL])
        .max_message_size(MAX_FRAME_BYTES)
        .max_frame_size(MAX_FRAME_BYTES)
        .on_upgrade(move |socket| async move {
            let Some(Extension(ByToken(token))) = token else {
                return serve(socket, boxes, reference).await;
            };
            // More commands can be typed in a session, so it does not outlive the right to run them.
            let ended = boxes.clone();
            tokio::select! {
                () = serve(socket, boxes, reference) => {}
                () = ended.token_ended(&token.id) => {}
            }
        }))
}

async fn serve(mut socket: WebSocket, boxes: Boxes, reference: String) {
    let begun = match tokio::time::timeout(START_LIMIT, started(&mut socket)).await {
        Ok(Some(start)) => begin(&boxes, &reference, start).await,
        Ok(None) => return,
        Err(_) => Err(ApiError::invalid("no start frame came within a minute")),
    };
    let end = match begun {
        Ok(mut session) => {
            let greeting = json!({
                "type": "started",
                "pid": session.pid,
                "execId": session.run_id,
            });
            if send(&mut socket, &greeting).await.is_err() {
                return;
            }
            converse(&mut socket, &mut session).await
        }
        Err(error) => Some(failure(&error)),
    };
    if let Some(end) = end
        && send(&mut socket, &end).await.is_ok()
    {
        // Who does not wait for it has what there was.
        let _ = socket.send(Message::Close(None)).await;
    }
}

/// The first frame that says what to start; `None` when the client goes away instead.
async fn started(socket: &mut WebSocket) -> Option<Start> {
    loop {
        if let Some(Frame::Start(start)) = receive(socket).await? {
            return Some(start);
        }
    }
}

async fn begin(boxes: &Boxes, reference: &str, start: Start) -> Result<LiveSession, ApiError> {
    let argv = match (start.argv.filter(|argv| !argv.is_empty()), start.cmd) {
        (Some(argv), _) => argv,
        (None, Some(cmd)) => vec!["bash".to_owned(), "-lc".to_owned(), cmd],
        (None, None) => return Err(ApiError::invalid("start: give argv or cmd")),
    };
    let has_terminal = start.tty.unwrap_or(false);
    let size = (start.rows.unwrap_or(24), start.cols.unwrap_or(80));
    let start = SessionStart {
        argv,
        cwd: start.cwd,
        env: start.env.unwrap_or_default(),
        terminal: has_terminal.then_some(size),
    };
    Ok(boxes.open_session(reference, start).await?)
}

/// Passes frames both ways; the last one, unless the client has gone.
async fn converse(socket: &mut WebSocket, session: &mut LiveSession) -> Option<Value> {
    loop {
        let event = tokio::select! {
            event = session.next() => event?,
            frame = receive(socket) => {
                if let Err(error) = take(session, frame?) {
                    return Some(failure(&error));
                }
                continue;
            }
        };
        let output =
            |name: &str, bytes: &Bytes| json!({ "type": name, "data": STANDARD.encode(bytes) });
        let frame = match &event {
            SessionEvent::Stdout(bytes) => output("stdout", bytes),
            SessionEvent::Stderr(bytes) => output("stderr", bytes),
            SessionEvent::Exit(code) => return Some(json!({ "type": "exit", "code": code })),
        };
        send(socket, &frame).await.ok()?;
    }
}

fn take(session: &mut LiveSession, frame: Option<Frame>) -> Result<(), ApiError> {
    match frame {
        Some(Frame::Stdin { data }) => {
            if let Ok(bytes) = STANDARD.decode(data) {
                session.write(bytes.into())?;
            }
        }
        Some(Frame::StdinClose) => session.close_input(),
        Some(Frame::Resize { rows, cols }) => session.resize(rows, cols),
        Some(Frame::Signal { signal }) => session.signal(&signal),
        Some(Frame::Terminate { grace_ms }) => {
            let grace_ms = grace_ms.unwrap_or(DEFAULT_GRACE_MS).min(MAX_GRACE_MS);
            session.terminate(Duration::from_millis(grace_ms));
        }
        Some(Frame::Start(_)) | None => {}
    }
    Ok(())
}

/// The next message, if it is a frame; `None` when the client has gone.
async fn receive(socket: &mut WebSocket) -> Option<Option<Frame>> {
    match socket.recv().await?.ok()? {
        Message::Text(text) => Some(serde_json::from_str(&text).ok()),
        Message::Close(_) => None,
        _ => Some(None),
    }
}

async fn send(socket: &mut WebSocket, frame: &Value) -> Result<(), axum::Error> {
    socket.send(Message::Text(frame.to_string().into())).await
}

fn failure(error: &ApiError) -> Value {
    if let Some(cause) = error.cause() {
        tracing::error!(cause, "a session failed");
    }
    json!({ "type": "error", "message": error.sentence() })
}
