//! Routes of the snapshots of one box.

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use upstash_box_wasm::api_types::{BoxInfo, SnapshotList};

use super::body::JsonObject;
use super::boxes::Done;
use super::error::ApiError;
use super::idempotency::Idempotency;
use super::params::InPath;
use crate::boxes::Boxes;

pub(super) async fn create(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    idempotency: Idempotency,
    body: JsonObject,
) -> Result<Response, ApiError> {
    let request = body.parse()?;
    let this = boxes.clone();
    let work = async move { Ok(this.snapshot(&reference, request).await?) };
    idempotency.answer(&boxes, body, work).await
}

pub(super) async fn list(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<SnapshotList>, ApiError> {
    Ok(Json(SnapshotList {
        snapshots: boxes.snapshots_of(&reference).await?,
        next_cursor: None,
    }))
}

/// Which snapshot a box goes back to.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct RollBack {
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
