//! The page's files, with headers that let it run nothing but its own code.

use std::convert::Infallible;
use std::path::Path;

use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use tower::{Service, ServiceExt};
use tower_http::services::ServeDir;

use super::no_such_route;

const HEADERS: [(HeaderName, &str); 4] = [
    (
        header::CONTENT_SECURITY_POLICY,
        "default-src 'self'; script-src 'self' 'wasm-unsafe-eval'; object-src 'none'; \
         base-uri 'none'; form-action 'self'; frame-ancestors 'none'",
    ),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // Files change with each build, and a local server answers in no time.
    (header::CACHE_CONTROL, "no-cache"),
];

/// Answers from the directory; what is not there is told like an unknown route.
pub(super) fn service(
    www: &Path,
) -> impl Service<Request, Response = Response, Error = Infallible, Future: Send>
+ Clone
+ Send
+ Sync
+ 'static {
    let files = ServeDir::new(www);
    tower::service_fn(move |request: Request| {
        let files = files.clone();
        async move {
            let path = request.uri().path().to_owned();
            if path == "/v2" || path.starts_with("/v2/") {
                return Ok(no_such_route(&path).into_response());
            }
            let served = files.oneshot(request).await;
            let mut response = served.map_or_else(|never| match never {}, |r| r.map(Body::new));
            if response.status() == StatusCode::NOT_FOUND {
                return Ok(no_such_route(&path).into_response());
            }
            for (name, value) in HEADERS {
                response
                    .headers_mut()
                    .insert(name, HeaderValue::from_static(value));
            }
            Ok(response)
        }
    })
}
