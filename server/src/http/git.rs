//! Routes of git.

use axum::Json;
use axum::extract::State;
use upstash_box_wasm::api_types::GitCloneResponse;

use super::body::JsonObject;
use super::error::ApiError;
use super::params::InPath;
use crate::boxes::Boxes;

pub(super) async fn clone(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<GitCloneResponse>, ApiError> {
    Ok(Json(boxes.git_clone(&reference, body.parse()?).await?))
}
