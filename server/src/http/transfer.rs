//! The answer to a long transfer: its outcome, or lines that tell how far it is and then that.
//!
//! Who goes away drops the answer, and the work with it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Json;
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use bytes::Bytes;
use futures_util::stream::unfold;
use upstash_box_wasm::api_types::{TransferEvent, TransferProgress};

use super::error::ApiError;
use super::ndjson;
use super::request_id::RequestId;
use crate::boxes::{BoxError, Progress};

/// What fails within this time is answered with a status of its own.
const BEFORE_LINES: Duration = Duration::from_millis(100);
/// Often enough for a bar that moves, and no burden for either side.
const BETWEEN_LINES: Duration = Duration::from_millis(200);

/// Work that goes on, and how far it is.
pub(super) struct Transfer {
    pub(super) work: Pin<Box<dyn Future<Output = Outcome> + Send>>,
    pub(super) progress: Arc<Progress>,
    pub(super) id: RequestId,
}

type Outcome = Result<TransferEvent, BoxError>;

pub(super) async fn answer(
    headers: &HeaderMap,
    mut transfer: Transfer,
) -> Result<Response, ApiError> {
    if !wants_lines(headers) {
        return Ok(plain(transfer.work.await?));
    }
    let early = tokio::time::timeout(BEFORE_LINES, &mut transfer.work).await;
    let first = match early {
        Ok(Err(error)) => return Err(error.into()),
        Ok(Ok(event)) => State::Ended(event),
        Err(_) => State::Going(transfer, None),
    };
    let lines = unfold(Some(first), |state| async move { Some(next(state?).await) });
    Ok(ndjson::answer(lines))
}

enum State {
    Going(Transfer, Option<TransferProgress>),
    Ended(TransferEvent),
}

/// The next line, and what comes after it.
async fn next(state: State) -> (Bytes, Option<State>) {
    let (mut transfer, told) = match state {
        State::Ended(event) => return (ndjson::lines([event]), None),
        State::Going(transfer, told) => (transfer, told),
    };
    // The first line comes at once: it tells that the work has begun.
    while told.is_some() {
        if let Ok(outcome) = tokio::time::timeout(BETWEEN_LINES, &mut transfer.work).await {
            let line = match outcome {
                Ok(event) => ndjson::lines([event]),
                Err(error) => ndjson::failure(error, &transfer.id),
            };
            return (line, None);
        }
        if told != Some(transfer.progress.now()) {
            break;
        }
    }
    let now = transfer.progress.now();
    let line = ndjson::lines([TransferEvent::Progress(now)]);
    (line, Some(State::Going(transfer, Some(now))))
}

fn plain(event: TransferEvent) -> Response {
    match event {
        TransferEvent::Snapshot(info) => Json(info).into_response(),
        TransferEvent::Pushed(pushed) => Json(pushed).into_response(),
        event @ (TransferEvent::Progress(_) | TransferEvent::Error(_)) => {
            Json(event).into_response()
        }
    }
}

fn wants_lines(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).iter();
    let mut accepted = accepted.filter_map(|value| value.to_str().ok());
    accepted.any(|value| value.contains("application/x-ndjson"))
}
