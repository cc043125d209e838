//! Routes of git.

use axum::Json;
use axum::extract::State;
use axum::routing::{get, post};
use serde::Deserialize;
use upstash_box_wasm::api_types::{
    GitBranch, GitCloneResponse, GitCommit, GitDiff, GitExecResponse, GitProposed, GitStatus,
};

use super::body::JsonObject;
use super::error::ApiError;
use super::params::{InPath, InQuery};
use super::routes::Routes;
use crate::boxes::Boxes;

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/{box}/git/clone", post(clone))
        .route("/v2/box/{box}/git/diff", get(diff))
        .route("/v2/box/{box}/git/status", get(status))
        .route("/v2/box/{box}/git/commit", post(commit))
        .route("/v2/box/{box}/git/checkout", post(checkout))
        .route("/v2/box/{box}/git/push", post(push))
        .route("/v2/box/{box}/git/exec", post(exec))
        .route("/v2/box/{box}/git/create-pr", post(create_pr))
        .route("/v2/box/{box}/git/create-issue", post(create_issue))
}

type Answer<T> = Result<Json<T>, ApiError>;

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Folder {
    folder: Option<String>,
}

async fn clone(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Answer<GitCloneResponse> {
    Ok(Json(boxes.git_clone(&reference, body.parse()?).await?))
}

async fn diff(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(Folder { folder }): InQuery<Folder>,
) -> Answer<GitDiff> {
    Ok(Json(boxes.git_diff(&reference, folder).await?))
}

async fn status(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(Folder { folder }): InQuery<Folder>,
) -> Answer<GitStatus> {
    Ok(Json(boxes.git_status(&reference, folder).await?))
}

async fn commit(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Answer<GitCommit> {
    Ok(Json(boxes.git_commit(&reference, body.parse()?).await?))
}

async fn checkout(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Answer<GitBranch> {
    Ok(Json(boxes.git_checkout(&reference, body.parse()?).await?))
}

async fn push(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Answer<GitBranch> {
    Ok(Json(boxes.git_push(&reference, body.parse()?).await?))
}

async fn exec(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Answer<GitExecResponse> {
    Ok(Json(boxes.git_exec(&reference, body.parse()?).await?))
}

async fn create_pr(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Answer<GitProposed> {
    Ok(Json(boxes.git_create_pr(&reference, body.parse()?).await?))
}

async fn create_issue(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Answer<GitProposed> {
    Ok(Json(
        boxes.git_create_issue(&reference, body.parse()?).await?,
    ))
}
