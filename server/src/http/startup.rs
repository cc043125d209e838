//! Routes of the init command.

use axum::Json;
use axum::extract::State;
use axum::routing::get;
use upstash_box_wasm::api_types::InitCommand;

use super::body::JsonObject;
use super::boxes::Done;
use super::error::ApiError;
use super::params::InPath;
use super::routes::Routes;
use crate::boxes::Boxes;

pub(super) fn routes() -> Routes {
    Routes::new().route("/v2/box/{box}/startup", get(show).put(set).delete(remove))
}

async fn show(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<InitCommand>, ApiError> {
    Ok(Json(boxes.init_command(&reference).await?))
}

async fn set(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<InitCommand>, ApiError> {
    let request: InitCommand = body.parse()?;
    let command = request.init_command.clone();
    boxes.set_init_command(&reference, Some(command)).await?;
    Ok(Json(request))
}

async fn remove(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<Done>, ApiError> {
    boxes.set_init_command(&reference, None).await?;
    Ok(Json(Done {}))
}
