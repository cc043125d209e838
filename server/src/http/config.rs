//! Routes that change the settings of a box.

use axum::extract::State;
use axum::routing::{delete, post, put};
use axum::{Json, Router};
use upstash_box_wasm::api_types::{LabelList, LabelRequest, NetworkPolicy};

use super::body::JsonObject;
use super::error::ApiError;
use super::params::InPath;
use crate::boxes::Boxes;

pub(super) fn routes() -> Router<Boxes> {
    Router::new()
        .route("/v2/box/{box}/config/labels", post(add_label))
        .route("/v2/box/{box}/config/labels/{label}", delete(remove_label))
        .route(
            "/v2/box/{box}/config/network-policy",
            put(set_network_policy),
        )
}

async fn add_label(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<LabelList>, ApiError> {
    let LabelRequest { label } = body.parse()?;
    let labels = boxes.add_label(&reference, label).await?;
    Ok(Json(LabelList { labels }))
}

async fn remove_label(
    State(boxes): State<Boxes>,
    InPath((reference, label)): InPath<(String, String)>,
) -> Result<Json<LabelList>, ApiError> {
    let labels = boxes.remove_label(&reference, label).await?;
    Ok(Json(LabelList { labels }))
}

/// The bare policy, in and out.
async fn set_network_policy(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<NetworkPolicy>, ApiError> {
    let policy: NetworkPolicy = body.parse()?;
    boxes.set_network_policy(&reference, policy.clone()).await?;
    Ok(Json(policy))
}
