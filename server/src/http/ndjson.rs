//! Answers of many lines, each a JSON value of its own, that come one after the other.
//!
//! What goes wrong before the first line is an ordinary error answer; what goes wrong later is a
//! last line `{"error": {"error", "code"}}`.

use axum::body::Body;
use axum::http::{HeaderValue, header};
use axum::response::Response;
use bytes::Bytes;
use futures_util::{Stream, StreamExt};
use serde::Serialize;
use upstash_box_wasm::api_types::ErrorBody;

use super::error::ApiError;
use super::request_id::RequestId;

/// An answer whose lines come from `stream`, which is dropped when nobody reads on.
pub(super) fn answer(stream: impl Stream<Item = Bytes> + Send + 'static) -> Response {
    let mut response = Response::new(Body::from_stream(
        stream.map(Ok::<_, std::convert::Infallible>),
    ));
    let headers = response.headers_mut();
    let text = HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, text("application/x-ndjson"));
    headers.insert(header::CACHE_CONTROL, text("no-cache"));
    // Asks proxies to pass each piece on as it comes.
    headers.insert("x-accel-buffering", text("no"));
    response
}

/// Several lines in one piece.
pub(super) fn lines<T: Serialize>(values: impl IntoIterator<Item = T>) -> Bytes {
    let mut text = String::new();
    for value in values {
        // These values are plain data, which can always be written.
        text.push_str(&serde_json::to_string(&value).unwrap_or_default());
        text.push('\n');
    }
    Bytes::from(text)
}

#[derive(Serialize)]
struct Failure {
    error: ErrorBody,
}

/// The last line of an answer that failed.
pub(super) fn failure(error: impl Into<ApiError>, id: &RequestId) -> Bytes {
    lines([Failure {
        error: self::error(error, id),
    }])
}

/// An error as it stands in a line. The status is long sent, so the log gets the cause here.
pub(super) fn error(error: impl Into<ApiError>, RequestId(id): &RequestId) -> ErrorBody {
    let error = error.into();
    if let Some(cause) = error.cause() {
        tracing::error!(request_id = id, cause, "a line of an answer failed");
    }
    ErrorBody {
        error: error.sentence().to_owned(),
        code: Some(error.code().as_str().to_owned()),
    }
}
