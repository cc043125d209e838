//! The Box API over HTTP: reads requests, checks who asks, puts answers and errors into words.
//!
//! Never touches a path or a process: what a request means is decided in `boxes`.
//! Every request passes, from outside in: an id, a clock, a net for panics, the host and origin checks,
//! CORS, the key and the caller's rate, the limits of its body, and then its route.

mod access;
mod account;
mod agent;
mod agent_body;
mod all_snapshots;
mod body;
mod boxes;
mod call_limits;
mod capabilities;
mod config;
mod error;
mod exec;
mod exec_session;
mod file_changes;
mod files;
mod git;
mod given_path;
mod history;
mod idempotency;
mod ndjson;
mod not_supported;
mod openapi;
mod page;
mod params;
mod preview_host;
mod previews;
mod request_id;
mod routes;
mod schedules;
mod scope;
mod serde_words;
mod server_timing;
mod snapshot_archive;
mod snapshot_contents;
mod snapshots;
mod startup;
mod token_rules;
mod tokens;
mod transfer;
mod upload;

use std::path::Path;
use std::sync::Arc;

use axum::Router;
use axum::extract::Request;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post};
use tower_http::catch_panic::CatchPanicLayer;
use upstash_box_wasm::api_types::ErrorCode;

pub(crate) use access::{Access, OriginError, check_origin};
use error::ApiError;
use preview_host::PreviewHosts;
use routes::Routes;

use crate::boxes::Boxes;
use crate::server::CallLimits;

/// Everything that the server answers, with the page's files from `www` if given.
pub(crate) fn router(
    boxes: Boxes,
    access: Arc<Access>,
    limits: CallLimits,
    www: Option<&Path>,
) -> Router {
    let preview_hosts = PreviewHosts {
        boxes: boxes.clone(),
        access: Arc::clone(&access),
    };
    let router = routes()
        .into_router()
        .method_not_allowed_fallback(method_not_allowed)
        .with_state(boxes.clone());
    let router = match www {
        Some(www) => router.fallback_service(page::service(www)),
        None => router.fallback(not_found),
    };
    router
        .layer(from_fn_with_state(
            Arc::new(limits),
            call_limits::bound_body,
        ))
        .layer(from_fn_with_state(
            (Arc::clone(&access), boxes),
            access::check_key,
        ))
        .layer(access.cors())
        .layer(from_fn_with_state(access, access::check_host_and_origin))
        .layer(from_fn_with_state(preview_hosts, preview_host::divert))
        .layer(CatchPanicLayer::custom(|_| {
            ApiError::internal("a request handler panicked").into_response()
        }))
        .layer(from_fn(server_timing::tell))
        .layer(from_fn(request_id::give))
}

/// Every route of the API, whoever may use it.
fn routes() -> Routes {
    Routes::new()
        .route("/healthz", get(capabilities::healthz))
        .route("/openapi.json", get(openapi::show))
        .route("/v2/capabilities", get(capabilities::capabilities))
        .route(
            "/v2/box",
            post(boxes::create)
                .get(boxes::list)
                .delete(boxes::delete_many),
        )
        .route("/v2/box/from-snapshot", post(boxes::create_from_snapshot))
        .route("/v2/box/{box}", get(boxes::get).delete(boxes::delete))
        .route("/v2/box/{box}/status", get(boxes::status))
        .route("/v2/box/{box}/fork", post(boxes::fork))
        .route("/v2/box/{box}/pause", post(boxes::pause))
        .route("/v2/box/{box}/resume", post(boxes::resume))
        .route("/v2/box/{box}/rollback", post(snapshots::roll_back))
        .route("/v2/box/{box}/files/read", get(files::read))
        .route("/v2/box/{box}/files/write", post(files::write))
        .route("/v2/box/{box}/files/list", get(files::list))
        .route("/v2/box/{box}/files/download", get(files::download))
        .route(
            "/v2/box/{box}/snapshots",
            post(snapshots::create).get(snapshots::list),
        )
        .route(
            "/v2/box/{box}/snapshots/{snapshot}",
            delete(snapshots::delete),
        )
        .merge(account::routes())
        .merge(previews::routes())
        .merge(agent::routes())
        .merge(git::routes())
        .merge(exec::routes())
        .merge(exec_session::routes())
        .merge(file_changes::routes())
        .merge(all_snapshots::routes())
        .merge(config::routes())
        .merge(history::routes())
        .merge(not_supported::routes())
        .merge(schedules::routes())
        .merge(snapshot_contents::routes())
        .merge(startup::routes())
        .merge(snapshot_archive::routes())
        .merge(tokens::routes())
}

async fn not_found(request: Request) -> Response {
    no_such_route(request.uri().path()).into_response()
}

async fn method_not_allowed(request: Request) -> ApiError {
    let (method, path) = (request.method(), request.uri().path());
    ApiError::new(
        ErrorCode::MethodNotAllowed,
        format!("{path} does not take {method}"),
    )
}

fn no_such_route(path: &str) -> ApiError {
    ApiError::new(ErrorCode::NotFound, format!("there is no route {path}"))
}
