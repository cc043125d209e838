//! Says in each answer how long the server took, so that a slow network can be told from a slow
//! server: browsers' developer tools show it, and the bench reads it.

use std::time::Instant;

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

/// Where the time is told.
pub(super) const HEADER: HeaderName = HeaderName::from_static("server-timing");

/// `total` is the time until the answer began, in milliseconds: all of it where the answer is JSON,
/// and until the first byte could be sent where it is a stream.
pub(super) async fn tell(request: Request, next: Next) -> Response {
    let started = Instant::now();
    let mut response = next.run(request).await;
    let milliseconds = started.elapsed().as_secs_f64() * 1000.0;
    if let Ok(value) = HeaderValue::from_str(&format!("total;dur={milliseconds:.3}")) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}
