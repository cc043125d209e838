//! Routes of the account: the environment that new boxes get.

use axum::Json;
use axum::extract::State;
use axum::routing::{get, put};
use upstash_box_wasm::api_types::{AccountEnv, AccountEnvValue};

use super::body::JsonObject;
use super::boxes::Done;
use super::error::ApiError;
use super::params::InPath;
use super::routes::Routes;
use crate::boxes::Boxes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/settings/env", get(env).put(replace_env))
        .route(
            "/v2/box/settings/env/{name}",
            put(set_env).delete(remove_env),
        )
}

async fn env(State(boxes): State<Boxes>) -> Result<Json<AccountEnv>, ApiError> {
    Ok(Json(boxes.account_env().await?))
}

/// A variable that is left out is gone afterwards.
async fn replace_env(
    State(boxes): State<Boxes>,
    body: JsonObject,
) -> Result<Json<AccountEnv>, ApiError> {
    let AccountEnv { env_vars } = body.parse()?;
    boxes.set_account_env(env_vars, true).await?;
    Ok(Json(boxes.account_env().await?))
}

async fn set_env(
    State(boxes): State<Boxes>,
    InPath(name): InPath<String>,
    body: JsonObject,
) -> Result<Json<AccountEnv>, ApiError> {
    let AccountEnvValue { value } = body.parse()?;
    boxes.set_account_env([(name, value)].into(), false).await?;
    Ok(Json(boxes.account_env().await?))
}

async fn remove_env(
    State(boxes): State<Boxes>,
    InPath(name): InPath<String>,
) -> Result<Json<Done>, ApiError> {
    boxes.remove_account_env(&name).await?;
    Ok(Json(Done {}))
}
