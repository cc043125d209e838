//! Routes that tell what a snapshot holds, without a box.

use std::os::unix::ffi::OsStrExt;

use axum::extract::State;
use axum::response::Response;
use axum::routing::{get, post};
use axum::{Extension, Json};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures_util::stream::unfold;
use serde::Deserialize;
use upstash_box_wasm::api_types::{
    FileContent, FileList, SnapshotChange, SnapshotChangeKind, SnapshotVerification,
};

use super::error::ApiError;
use super::files::{Read, content, download_of};
use super::ndjson;
use super::params::{InPath, InQuery};
use super::request_id::RequestId;
use super::routes::Routes;
use crate::boxes::{Against, Boxes};
use crate::snapshots::{Change, ChangeKind};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/snapshots/{snapshot}/diff", get(diff))
        .route("/v2/box/snapshots/{snapshot}/verify", post(verify))
        .route("/v2/box/snapshots/{snapshot}/files/list", get(list))
        .route("/v2/box/snapshots/{snapshot}/files/read", get(read))
        .route("/v2/box/snapshots/{snapshot}/files/download", get(download))
}

/// The other side of a comparison: an earlier snapshot, or a box.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Other {
    from: Option<String>,
    #[serde(rename = "box")]
    live_box: Option<String>,
}

async fn diff(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    InPath(snapshot_id): InPath<String>,
    InQuery(other): InQuery<Other>,
) -> Result<Response, ApiError> {
    let against = match (other.from, other.live_box) {
        (Some(from), None) => Against::Snapshot(from),
        (None, Some(reference)) => Against::Box(reference),
        _ => {
            return Err(ApiError::invalid(
                "from: name an earlier snapshot, or a box with box instead",
            ));
        }
    };
    let changes = boxes.diff(&snapshot_id, against).await?;
    let lines = unfold((changes, id), |(mut changes, id)| async move {
        let lines = match changes.next().await? {
            Ok(found) => ndjson::lines(found.into_iter().map(on_the_wire)),
            Err(error) => ndjson::failure(error, &id),
        };
        Some((lines, (changes, id)))
    });
    Ok(ndjson::answer(lines))
}

fn on_the_wire(change: Change) -> SnapshotChange {
    let is_text = change.path.to_str().is_some();
    SnapshotChange {
        path: change.path.to_string_lossy().into_owned(),
        path_base64: (!is_text).then(|| STANDARD.encode(change.path.as_os_str().as_bytes())),
        kind: match change.kind {
            ChangeKind::Added => SnapshotChangeKind::Added,
            ChangeKind::Modified => SnapshotChangeKind::Modified,
            ChangeKind::Removed => SnapshotChangeKind::Removed,
        },
        is_dir: change.is_directory,
        size_before: change.size_before,
        size_after: change.size_after,
    }
}

async fn verify(
    State(boxes): State<Boxes>,
    InPath(snapshot_id): InPath<String>,
) -> Result<Json<SnapshotVerification>, ApiError> {
    Ok(Json(boxes.verify(&snapshot_id).await?))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct List {
    path: Option<String>,
}

async fn list(
    State(boxes): State<Boxes>,
    InPath(snapshot_id): InPath<String>,
    InQuery(List { path }): InQuery<List>,
) -> Result<Json<FileList>, ApiError> {
    let files = boxes
        .list_snapshot_files(&snapshot_id, path.as_deref())
        .await?;
    Ok(Json(FileList { files }))
}

async fn read(
    State(boxes): State<Boxes>,
    InPath(snapshot_id): InPath<String>,
    InQuery(wanted): InQuery<Read>,
) -> Result<Json<FileContent>, ApiError> {
    let is_base64 = wanted.is_base64()?;
    let range = wanted.range();
    let Some(path) = wanted.path else {
        return Err(ApiError::invalid("path: it is required"));
    };
    let bytes = boxes.read_snapshot_file(&snapshot_id, &path, range).await?;
    Ok(content(&bytes, is_base64))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Download {
    path: String,
}

async fn download(
    State(boxes): State<Boxes>,
    InPath(snapshot_id): InPath<String>,
    InQuery(Download { path }): InQuery<Download>,
) -> Result<Response, ApiError> {
    let (file, size) = boxes.open_snapshot_file(&snapshot_id, &path).await?;
    Ok(download_of(file, size))
}
