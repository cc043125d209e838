//! Routes of snapshots.

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use upstash_box_wasm::api_types::{BoxInfo, DeletedCount, SnapshotInfo, SnapshotList};

use super::body::JsonObject;
use super::boxes::Done;
use super::error::ApiError;
use super::params::{InPath, InQuery};
use super::scope::Scope;
use crate::boxes::Boxes;

pub(super) async fn create(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<SnapshotInfo>, ApiError> {
    Ok(Json(boxes.snapshot(&reference, body.parse()?).await?))
}

pub(super) async fn list(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<SnapshotList>, ApiError> {
    Ok(Json(SnapshotList {
        snapshots: boxes.snapshots_of(&reference).await?,
    }))
}

pub(super) async fn list_all(State(boxes): State<Boxes>) -> Result<Json<SnapshotList>, ApiError> {
    Ok(Json(SnapshotList {
        snapshots: boxes.all_snapshots().await?,
    }))
}

/// Which snapshot a box goes back to.
#[derive(Debug, Deserialize)]
struct RollBack {
    snapshot_id: String,
}

pub(super) async fn roll_back(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<BoxInfo>, ApiError> {
    let RollBack { snapshot_id } = body.parse()?;
    Ok(Json(boxes.roll_back(&reference, &snapshot_id).await?))
}

pub(super) async fn delete(
    State(boxes): State<Boxes>,
    InPath((reference, snapshot_id)): InPath<(String, String)>,
) -> Result<Json<Done>, ApiError> {
    boxes.delete_snapshot(&reference, &snapshot_id).await?;
    Ok(Json(Done {}))
}

pub(super) async fn delete_many(
    State(boxes): State<Boxes>,
    InQuery(scope): InQuery<Scope>,
    body: JsonObject,
) -> Result<Json<DeletedCount>, ApiError> {
    Ok(Json(DeletedCount {
        deleted: boxes.delete_snapshots(scope.with(&body)?).await?,
    }))
}
