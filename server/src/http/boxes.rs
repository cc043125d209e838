//! Routes that make, show, pause and remove boxes.

use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use bytes::Bytes;
use futures_util::Stream;
use futures_util::stream::unfold;
use serde::{Deserialize, Serialize};
use upstash_box_wasm::api_types::{
    BoxInfo, BoxStatusResponse, CreateBoxRequest, DeletedCount, ForkedBox,
};

use super::body::JsonObject;
use super::error::ApiError;
use super::idempotency::Idempotency;
use super::params::{InPath, InQuery};
use super::request_id::RequestId;
use super::scope::Scope;
use super::{ndjson, not_supported};
use crate::boxes::{Boxes, Forks};

/// An object without members: done, nothing to say.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Done {}

pub(super) async fn create(
    State(boxes): State<Boxes>,
    idempotency: Idempotency,
    body: JsonObject,
) -> Result<Response, ApiError> {
    not_supported::in_box(&body.parse()?)?;
    let request = body.parse()?;
    let this = boxes.clone();
    let work = async move { Ok(this.create(request).await?) };
    idempotency.answer(&boxes, body, work).await
}

#[derive(Debug, Deserialize, utoipa::ToSchema)]
pub(super) struct FromSnapshot {
    snapshot_id: String,
    /// Its presence asks for several boxes.
    count: Option<u32>,
}

/// The body is read twice, so that an error in either part names its member.
pub(super) async fn create_from_snapshot(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    idempotency: Idempotency,
    body: JsonObject,
) -> Result<Response, ApiError> {
    not_supported::in_box(&body.parse()?)?;
    let FromSnapshot { snapshot_id, count } = body.parse()?;
    let settings: CreateBoxRequest = body.parse()?;
    if let Some(count) = count {
        if idempotency.is_asked_for() {
            return Err(ApiError::invalid(
                "Idempotency-Key: an answer that comes box by box can't be repeated; leave out the \
                 key or count",
            ));
        }
        let forks = boxes.fork(&snapshot_id, settings, count).await?;
        return Ok(ndjson::answer(fork_lines(forks, id)));
    }
    let this = boxes.clone();
    let work = async move { Ok(this.create_from_snapshot(&snapshot_id, settings).await?) };
    idempotency.answer(&boxes, body, work).await
}

/// One line for each box, as it is made. Nothing is made that nobody reads.
fn fork_lines(forks: Forks, id: RequestId) -> impl Stream<Item = Bytes> {
    unfold((forks, id), |(mut forks, id)| async move {
        let lines = match forks.next().await? {
            Err(error) => ndjson::failure(error, &id),
            Ok(made) => ndjson::lines(made.into_iter().map(|one| match one {
                Ok(info) => ForkedBox::Box(Box::new(info)),
                Err(error) => ForkedBox::Error(ndjson::error(error, &id)),
            })),
        };
        Some((lines, (forks, id)))
    })
}

/// Which boxes a list shows.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Filter {
    label: Option<String>,
    status: Option<String>,
}

pub(super) async fn list(
    State(boxes): State<Boxes>,
    InQuery(filter): InQuery<Filter>,
) -> Result<Json<Vec<BoxInfo>>, ApiError> {
    let deleted = match filter.status.as_deref() {
        None | Some("" | "active") => false,
        Some("deleted") => true,
        Some(_) => return Err(ApiError::invalid("status: only \"deleted\" or \"active\"")),
    };
    Ok(Json(boxes.list(deleted, filter.label).await?))
}

pub(super) async fn get(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<BoxInfo>, ApiError> {
    Ok(Json(boxes.get(&reference).await?))
}

pub(super) async fn status(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<BoxStatusResponse>, ApiError> {
    Ok(Json(BoxStatusResponse {
        status: boxes.status(&reference).await?,
    }))
}

pub(super) async fn delete(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<Done>, ApiError> {
    boxes.delete(&reference).await?;
    Ok(Json(Done {}))
}

pub(super) async fn delete_many(
    State(boxes): State<Boxes>,
    InQuery(scope): InQuery<Scope>,
    body: JsonObject,
) -> Result<Json<DeletedCount>, ApiError> {
    Ok(Json(DeletedCount {
        deleted: boxes.delete_many(scope.with(&body)?).await?,
    }))
}

pub(super) async fn fork(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<BoxInfo>, ApiError> {
    Ok(Json(boxes.twin(&reference).await?))
}

pub(super) async fn pause(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<Done>, ApiError> {
    boxes.pause(&reference).await?;
    Ok(Json(Done {}))
}

pub(super) async fn resume(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
) -> Result<Json<Done>, ApiError> {
    boxes.resume(&reference).await?;
    Ok(Json(Done {}))
}
