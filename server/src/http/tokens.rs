//! Routes of tokens. Only the account's key opens them: see `token_rules`.

use axum::Json;
use axum::extract::State;
use axum::routing::{delete, post};
use upstash_box_wasm::api_types::{CreatedToken, TokenList};

use super::body::JsonObject;
use super::boxes::Done;
use super::error::ApiError;
use super::params::InPath;
use super::routes::Routes;
use crate::boxes::Boxes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/tokens", post(create).get(list))
        .route("/v2/tokens/{token}", delete(revoke))
}

async fn create(
    State(boxes): State<Boxes>,
    body: JsonObject,
) -> Result<Json<CreatedToken>, ApiError> {
    Ok(Json(boxes.create_token(body.parse()?).await?))
}

async fn list(State(boxes): State<Boxes>) -> Result<Json<TokenList>, ApiError> {
    Ok(Json(boxes.list_tokens().await?))
}

async fn revoke(
    State(boxes): State<Boxes>,
    InPath(id): InPath<String>,
) -> Result<Json<Done>, ApiError> {
    boxes.revoke_token(&id).await?;
    Ok(Json(Done {}))
}
