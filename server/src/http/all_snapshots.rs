//! Routes of snapshots, whichever box they are of.

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use serde::Deserialize;
use upstash_box_wasm::api_types::{
    DeletedSnapshots, SnapshotInfo, SnapshotList, SnapshotStatus, SnapshotTree,
};

use super::body::JsonObject;
use super::error::ApiError;
use super::params::{InPath, InQuery};
use super::routes::Routes;
use crate::boxes::Boxes;
use crate::store::SnapshotQuery;

/// The longest that a caller may ask to wait.
const MAX_WAIT_MS: u64 = 600_000;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/snapshots", get(list).delete(delete_many))
        .route("/v2/box/snapshots/{snapshot}", get(one).patch(update))
        .route("/v2/box/snapshots/{snapshot}/tree", get(tree))
}

/// Which snapshots, and which page of them.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Listing {
    box_id: Option<String>,
    label: Option<String>,
    status: Option<SnapshotStatus>,
    limit: Option<u32>,
    cursor: Option<String>,
}

async fn list(
    State(boxes): State<Boxes>,
    InQuery(listing): InQuery<Listing>,
) -> Result<Json<SnapshotList>, ApiError> {
    let query = SnapshotQuery {
        box_id: listing.box_id,
        label: listing.label,
        status: listing.status,
        limit: listing.limit,
        after: None,
    };
    let cursor = listing.cursor.as_deref();
    Ok(Json(boxes.list_snapshots(query, cursor).await?))
}

/// What a caller waits for.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wait {
    wait: Option<String>,
    timeout_ms: Option<u64>,
}

/// A snapshot is ready or damaged from the moment it can be found, so there is never anything to
/// wait for; the parameters are read for the sake of callers that also use slower services.
async fn one(
    State(boxes): State<Boxes>,
    InPath(id): InPath<String>,
    InQuery(wait): InQuery<Wait>,
) -> Result<Json<SnapshotInfo>, ApiError> {
    if wait.wait.is_some_and(|wait| wait != "ready") {
        return Err(ApiError::invalid("wait: only \"ready\""));
    }
    if wait.timeout_ms.is_some_and(|timeout| timeout > MAX_WAIT_MS) {
        return Err(ApiError::invalid(format!(
            "timeout_ms: it is more than {MAX_WAIT_MS}"
        )));
    }
    Ok(Json(boxes.get_snapshot(&id).await?))
}

async fn update(
    State(boxes): State<Boxes>,
    InPath(id): InPath<String>,
    body: JsonObject,
) -> Result<Json<SnapshotInfo>, ApiError> {
    Ok(Json(boxes.update_snapshot(&id, body.parse()?).await?))
}

async fn tree(
    State(boxes): State<Boxes>,
    InPath(id): InPath<String>,
) -> Result<Json<SnapshotTree>, ApiError> {
    Ok(Json(boxes.snapshot_tree(&id).await?))
}

/// `?all=true`
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct All {
    #[serde(default)]
    all: bool,
}

async fn delete_many(
    State(boxes): State<Boxes>,
    InQuery(All { all }): InQuery<All>,
    body: JsonObject,
) -> Result<Json<DeletedSnapshots>, ApiError> {
    Ok(Json(boxes.delete_snapshots(body.parse()?, all).await?))
}
