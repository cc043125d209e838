//! Routes that look at, make, rename and remove what is at a path, and take many files at once.

use axum::Json;
use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::{HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::stream::unfold;
use serde::Deserialize;
use upstash_box_wasm::api_types::{
    FileStat, MakeDirectoryRequest, RemoveFileRequest, RenameFileRequest,
};

use super::body::JsonObject;
use super::boxes::Done;
use super::error::ApiError;
use super::params::{InPath, InQuery};
use super::routes::Routes;
use super::{given_path, upload};
use crate::boxes::{Archive, Boxes};

pub(super) fn routes() -> Routes {
    // An upload is counted as it arrives.
    let upload = post(upload::upload).layer(DefaultBodyLimit::disable());
    Routes::new()
        .route("/v2/box/{box}/files/stat", get(stat))
        .route("/v2/box/{box}/files/mkdir", post(make_directory))
        .route("/v2/box/{box}/files/rename", post(rename))
        .route("/v2/box/{box}/files/remove", post(remove))
        .route("/v2/box/{box}/files/archive", get(archive))
        .route("/v2/box/{box}/files/upload", upload)
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Stat {
    path: Option<String>,
    path_base64: Option<String>,
    #[serde(default)]
    follow: bool,
}

async fn stat(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(wanted): InQuery<Stat>,
) -> Result<Json<FileStat>, ApiError> {
    let path = given_path::path("path", wanted.path, wanted.path_base64)?;
    Ok(Json(
        boxes.stat_file(&reference, &path, wanted.follow).await?,
    ))
}

async fn make_directory(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<Done>, ApiError> {
    let request: MakeDirectoryRequest = body.parse()?;
    let path = given_path::path("path", request.path, request.path_base64)?;
    let parents = request.parents;
    boxes.make_directory(&reference, &path, parents).await?;
    Ok(Json(Done {}))
}

async fn rename(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<Done>, ApiError> {
    let request: RenameFileRequest = body.parse()?;
    let from = given_path::path("from", request.from, request.from_base64)?;
    let to = given_path::path("to", request.to, request.to_base64)?;
    boxes.rename_file(&reference, &from, &to).await?;
    Ok(Json(Done {}))
}

async fn remove(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<Done>, ApiError> {
    let request: RemoveFileRequest = body.parse()?;
    let path = given_path::path("path", request.path, request.path_base64)?;
    let recursive = request.recursive;
    boxes.remove_file(&reference, &path, recursive).await?;
    Ok(Json(Done {}))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Wanted {
    folder: Option<String>,
}

/// An archive that breaks off is cut short, so that nobody takes it for whole.
async fn archive(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(Wanted { folder }): InQuery<Wanted>,
) -> Result<Response, ApiError> {
    let archive = boxes.archive(&reference, folder.as_deref()).await?;
    let pieces = unfold(archive, |mut archive: Archive| async move {
        let piece = archive.next().await?;
        Some((piece, archive))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    let text = HeaderValue::from_static;
    headers.insert(header::CONTENT_TYPE, text("application/x-tar"));
    headers.insert(header::CONTENT_DISPOSITION, text("attachment"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, text("nosniff"));
    Ok(response)
}
