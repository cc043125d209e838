//! Routes that tell what happened in a box.

use axum::Json;
use axum::extract::State;
use axum::routing::{get, post};
use serde::{Deserialize, Serialize};
use upstash_box_wasm::api_types::LogList;

use super::error::ApiError;
use super::params::{InPath, InQuery};
use super::routes::Routes;
use crate::boxes::{Boxes, Page};
use crate::store::RunRecord;

/// The one account of this server.
const CUSTOMER: &str = "local";

pub(super) fn routes() -> Routes {
    Routes::new()
        .route("/v2/box/logs", get(all_logs))
        .route("/v2/box/{box}/logs", get(logs))
        .route("/v2/box/{box}/runs", get(runs))
        .route("/v2/box/{box}/runs/{run}", get(run))
        .route("/v2/box/{box}/runs/{run}/cancel", post(cancel))
}

#[derive(Debug, Deserialize, utoipa::IntoParams)]
#[into_params(parameter_in = Query)]
pub(super) struct Paging {
    offset: Option<u64>,
    limit: Option<u32>,
}

impl From<Paging> for Page {
    fn from(Paging { offset, limit }: Paging) -> Self {
        Self { offset, limit }
    }
}

#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Runs {
    runs: Vec<Run>,
}

/// A run with what every run of this server has in common.
#[derive(Debug, Serialize, utoipa::ToSchema)]
pub(super) struct Run {
    #[serde(flatten)]
    record: RunRecord,
    customer_id: &'static str,
    /// The machine is the user's own.
    compute_cost_usd: f64,
}

impl From<RunRecord> for Run {
    fn from(record: RunRecord) -> Self {
        Self {
            record,
            customer_id: CUSTOMER,
            compute_cost_usd: 0.0,
        }
    }
}

async fn runs(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(paging): InQuery<Paging>,
) -> Result<Json<Runs>, ApiError> {
    let runs = boxes.runs(&reference, paging.into()).await?;
    let runs = runs.into_iter().map(Run::from).collect();
    Ok(Json(Runs { runs }))
}

async fn run(
    State(boxes): State<Boxes>,
    InPath((reference, id)): InPath<(String, String)>,
) -> Result<Json<Run>, ApiError> {
    Ok(Json(boxes.run(&reference, &id).await?.into()))
}

/// The run as the history has it then: cancelled, unless it had ended before.
async fn cancel(
    State(boxes): State<Boxes>,
    InPath((reference, id)): InPath<(String, String)>,
) -> Result<Json<Run>, ApiError> {
    Ok(Json(boxes.cancel_run(&reference, &id).await?.into()))
}

async fn logs(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    InQuery(paging): InQuery<Paging>,
) -> Result<Json<LogList>, ApiError> {
    let logs = boxes.logs(Some(&reference), paging.into()).await?;
    Ok(Json(LogList { logs }))
}

async fn all_logs(
    State(boxes): State<Boxes>,
    InQuery(paging): InQuery<Paging>,
) -> Result<Json<LogList>, ApiError> {
    let logs = boxes.logs(None, paging.into()).await?;
    Ok(Json(LogList { logs }))
}
