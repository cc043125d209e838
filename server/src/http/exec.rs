//! Routes that run commands.
//!
//! A streamed run answers with the raw bytes of the command and then one trailer, written as one
//! piece. What goes wrong on the server's side is told in such a trailer, too; what the caller got
//! wrong is an ordinary error answer.

use axum::body::Body;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use axum::{Extension, Json};
use bytes::Bytes;
use serde::Serialize;
use upstash_box_wasm::api_types::{ErrorCode, ExecRequest, ExecResponse, StartedRun, StreamError};

use super::body::JsonObject;
use super::error::ApiError;
use super::params::InPath;
use super::request_id::RequestId;
use super::routes::Routes;
use crate::boxes::{BoxError, Boxes, ExecEvent, ExecStream};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/{box}/exec", post(exec))
        .route("/v2/box/{box}/exec-stream", post(exec_stream))
        .route("/v2/box/{box}/code", post(code))
        .route("/v2/box/{box}/code-stream", post(code_stream))
}

async fn exec(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Response, ApiError> {
    let request: ExecRequest = body.parse()?;
    if request.is_async {
        let run_id = boxes.exec_detached(&reference, request).await?;
        let status = "running".to_owned();
        return Ok(Json(StartedRun { run_id, status }).into_response());
    }
    Ok(Json(boxes.exec(&reference, request).await?).into_response())
}

async fn code(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<ExecResponse>, ApiError> {
    Ok(Json(boxes.exec_code(&reference, body.parse()?).await?))
}

async fn exec_stream(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Response, ApiError> {
    stream(boxes.exec_stream(&reference, body.parse()?).await, id)
}

async fn code_stream(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Response, ApiError> {
    stream(boxes.code_stream(&reference, body.parse()?).await, id)
}

/// The answer of a run that began, or of one that could not.
fn stream(begun: Result<ExecStream, BoxError>, id: RequestId) -> Result<Response, ApiError> {
    match begun {
        Ok(stream) => Ok(event_stream(stream_body(stream, id))),
        Err(error) => {
            let error = ApiError::from(error);
            if error.code() != ErrorCode::Internal {
                return Err(error);
            }
            Ok(event_stream(Body::from(failure(error, &id))))
        }
    }
}

fn stream_body(stream: ExecStream, id: RequestId) -> Body {
    let frames = futures_util::stream::unfold((stream, id), |(mut stream, id)| async move {
        let frame = match stream.next().await? {
            Ok(ExecEvent::Output(bytes)) => bytes,
            Ok(ExecEvent::Exit(exit)) => event("exit", &exit),
            Err(error) => failure(error, &id),
        };
        Some((Ok::<_, std::convert::Infallible>(frame), (stream, id)))
    });
    Body::from_stream(frames)
}

/// The answer of a route that streams.
pub(super) fn event_stream(body: Body) -> Response {
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let text = axum::http::HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, text("text/event-stream"));
    headers.insert(header::CACHE_CONTROL, text("no-cache"));
    // Asks proxies to pass each piece on as it comes.
    headers.insert("x-accel-buffering", text("no"));
    response
}

/// One event, to be written as one piece.
pub(super) fn event<T: Serialize>(name: &str, data: &T) -> Bytes {
    let data = serde_json::to_string(data).unwrap_or_else(|_| "{}".to_owned());
    Bytes::from(format!("event: {name}\ndata: {data}\n\n"))
}

/// The last event of a stream that failed. Its status is long sent, so the log gets the cause here.
pub(super) fn failure(error: impl Into<ApiError>, RequestId(id): &RequestId) -> Bytes {
    let error = error.into();
    if let Some(cause) = error.cause() {
        tracing::error!(request_id = id, cause, "a stream failed");
    }
    event(
        "error",
        &StreamError {
            error: error.sentence().to_owned(),
        },
    )
}
