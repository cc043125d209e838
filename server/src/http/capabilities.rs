//! What this server is and can do.

use axum::Json;
use serde::Serialize;

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Capabilities {
    server: &'static str,
    version: &'static str,
    /// What goes beyond the hosted service's routes; a client asks before it relies on one.
    features: &'static [&'static str],
}

pub(super) async fn capabilities() -> Json<Capabilities> {
    Json(Capabilities {
        server: "box-server",
        version: env!("CARGO_PKG_VERSION"),
        features: &[
            "all_snapshots",
            "exec_async",
            "exec_env",
            "exec_session",
            "exec_session_browser",
            "exec_stdin",
            "exec_timeout",
            "files_archive",
            "files_base64_paths",
            "fork",
            "idempotency_key",
            "rollback",
            "snapshot_archive",
            "snapshot_diff",
            "snapshot_files",
            "snapshot_labels",
            "snapshot_pages",
            "snapshot_registry",
            "snapshot_retention",
            "snapshot_tree",
            "snapshot_verify",
            "snapshot_wait",
            "tokens",
        ],
    })
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Health {
    status: &'static str,
}

/// Open to all, and tells nothing but that the server answers.
pub(super) async fn healthz() -> Json<Health> {
    Json(Health { status: "ok" })
}
