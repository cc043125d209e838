//! Routes of schedules.

use axum::Json;
use axum::extract::State;
use axum::routing::{get, post};

use super::body::JsonObject;
use super::boxes::Done;
use super::error::ApiError;
use super::params::InPath;
use super::routes::Routes;
use crate::boxes::Boxes;
use crate::store::Schedule;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/{box}/schedules", get(list).post(create))
        .route(
            "/v2/box/{box}/schedules/{schedule}",
            get(show).patch(update).delete(delete),
        )
        .route("/v2/box/{box}/schedules/{schedule}/pause", post(pause))
        .route("/v2/box/{box}/schedules/{schedule}/resume", post(resume))
}

async fn list(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<Vec<Schedule>>, ApiError> {
    Ok(Json(boxes.schedules(&reference).await?))
}

async fn create(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<Schedule>, ApiError> {
    Ok(Json(
        boxes.create_schedule(&reference, body.parse()?).await?,
    ))
}

async fn show(
    State(boxes): State<Boxes>,
    InPath((reference, id)): InPath<(String, String)>,
) -> Result<Json<Schedule>, ApiError> {
    Ok(Json(boxes.schedule(&reference, &id).await?))
}

async fn update(
    State(boxes): State<Boxes>,
    InPath((reference, id)): InPath<(String, String)>,
    body: JsonObject,
) -> Result<Json<Schedule>, ApiError> {
    let changed = boxes
        .update_schedule(&reference, &id, body.parse()?)
        .await?;
    Ok(Json(changed))
}

async fn delete(
    State(boxes): State<Boxes>,
    InPath((reference, id)): InPath<(String, String)>,
) -> Result<Json<Done>, ApiError> {
    boxes.delete_schedule(&reference, &id).await?;
    Ok(Json(Done {}))
}

async fn pause(
    State(boxes): State<Boxes>,
    InPath((reference, id)): InPath<(String, String)>,
) -> Result<Json<Done>, ApiError> {
    boxes.pause_schedule(&reference, &id, true).await?;
    Ok(Json(Done {}))
}

async fn resume(
    State(boxes): State<Boxes>,
    InPath((reference, id)): InPath<(String, String)>,
) -> Result<Json<Done>, ApiError> {
    boxes.pause_schedule(&reference, &id, false).await?;
    Ok(Json(Done {}))
}
