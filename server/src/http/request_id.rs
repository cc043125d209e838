//! Gives each request an id, tells the caller, and logs what went wrong under it.

use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;

use super::error::Cause;

/// Where the caller finds the id.
pub(super) const HEADER: HeaderName = HeaderName::from_static("x-request-id");

/// The id of the request, for handlers whose answer outlives them.
#[derive(Clone, Debug)]
pub(super) struct RequestId(pub(super) String);

pub(super) async fn give(mut request: Request, next: Next) -> Response {
    let id = new_id();
    let (method, path) = (request.method().clone(), request.uri().path().to_owned());
    request.extensions_mut().insert(RequestId(id.clone()));
    let mut response = next.run(request).await;
    let status = response.status().as_u16();
    match response.extensions().get::<Cause>() {
        Some(Cause(cause)) => tracing::error!(request_id = id, %method, path, status, cause),
        None => tracing::debug!(request_id = id, %method, path, status),
    }
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// Ids only tell requests apart, so an absent random source is no reason to fail one.
fn new_id() -> String {
    format!("req_{:016x}", getrandom::u64().unwrap_or_default())
}
