//! Routes by which snapshots leave and come in: archives, and registries.

use std::future::Future;
use std::sync::Arc;

use axum::Extension;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::Response;
use axum::routing::{get, post};
use futures_util::TryStreamExt;
use futures_util::stream::unfold;
use serde::Deserialize;
use tokio_util::io::{StreamReader, SyncIoBridge};
use upstash_box_wasm::api_types::{PullSnapshotRequest, PushSnapshotRequest, TransferEvent};

use super::body::JsonObject;
use super::error::ApiError;
use super::params::{InPath, InQuery};
use super::request_id::RequestId;
use super::routes::Routes;
use super::transfer::{self, Transfer};
use crate::boxes::{BoxError, Boxes, Progress, Wishes};

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/snapshots/import", post(import))
        .route("/v2/box/snapshots/pull", post(pull))
        .route("/v2/box/snapshots/{snapshot}/archive", get(export))
        .route("/v2/box/snapshots/{snapshot}/push", post(push))
}

/// Leaves out what the receiver has.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Since {
    since: Option<String>,
}

async fn export(
    State(boxes): State<Boxes>,
    InPath(snapshot_id): InPath<String>,
    InQuery(Since { since }): InQuery<Since>,
) -> Result<Response, ApiError> {
    let export = boxes.export(&snapshot_id, since.as_deref()).await?;
    let size = export.size_bytes;
    let pieces = unfold(export, |mut export| async move {
        export.next().await.map(|piece| (piece, export))
    });
    let mut response = Response::new(Body::from_stream(pieces));
    let headers = response.headers_mut();
    let text = HeaderValue::from_static;
    headers.insert(header::CONTENT_LENGTH, size.into());
    headers.insert(header::CONTENT_TYPE, text("application/x-tar"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, text("nosniff"));
    let file = HeaderValue::try_from(format!("attachment; filename=\"{snapshot_id}.oci.tar\""));
    if let Ok(file) = file {
        headers.insert(header::CONTENT_DISPOSITION, file);
    }
    Ok(response)
}

/// What an imported snapshot is to be called, in place of what the archive says.
#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct AsWished {
    name: Option<String>,
    /// With commas between them.
    labels: Option<String>,
    #[serde(default)]
    allow_other_base: bool,
}

async fn import(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    InQuery(wished): InQuery<AsWished>,
    headers: HeaderMap,
    body: Body,
) -> Result<Response, ApiError> {
    let wishes = Wishes {
        name: wished.name,
        labels: wished.labels.map(|labels| {
            let labels = labels.split(',').filter(|label| !label.is_empty());
            labels.map(str::to_owned).collect()
        }),
        allow_other_base: wished.allow_other_base,
    };
    let length = headers.get(header::CONTENT_LENGTH);
    let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
    let stream = body.into_data_stream().map_err(std::io::Error::other);
    let archive = SyncIoBridge::new(StreamReader::new(Box::pin(stream)));
    start(&headers, id, length, move |progress| async move {
        let info = boxes.import(archive, wishes, progress).await?;
        Ok(TransferEvent::Snapshot(Box::new(info)))
    })
    .await
}

async fn push(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    InPath(snapshot_id): InPath<String>,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Response, ApiError> {
    let request: PushSnapshotRequest = body.parse()?;
    start(&headers, id, None, move |progress| async move {
        let pushed = boxes.push(&snapshot_id, request, progress).await?;
        Ok(TransferEvent::Pushed(pushed))
    })
    .await
}

async fn pull(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    headers: HeaderMap,
    body: JsonObject,
) -> Result<Response, ApiError> {
    let request: PullSnapshotRequest = body.parse()?;
    start(&headers, id, None, move |progress| async move {
        let info = boxes.pull(request, progress).await?;
        Ok(TransferEvent::Snapshot(Box::new(info)))
    })
    .await
}

/// Does `work` and answers with what becomes of it, told line by line to who asked for lines.
async fn start<F>(
    headers: &HeaderMap,
    id: RequestId,
    length: Option<u64>,
    work: impl FnOnce(Arc<Progress>) -> F,
) -> Result<Response, ApiError>
where
    F: Future<Output = Result<TransferEvent, BoxError>> + Send + 'static,
{
    let progress = Progress::start(length);
    let transfer = Transfer {
        work: Box::pin(work(Arc::clone(&progress))),
        progress,
        id,
    };
    transfer::answer(headers, transfer).await
}
