//! Routes that run a box's agent.

use axum::body::Body;
use axum::extract::{DefaultBodyLimit, State};
use axum::response::Response;
use axum::routing::post;
use axum::{Extension, Json};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use upstash_box_wasm::api_types::ErrorCode;

use super::access::ByToken;
use super::agent_body::AgentBody;
use super::error::ApiError;
use super::exec::{event, event_stream, failure};
use super::params::InPath;
use super::request_id::RequestId;
use super::routes::Routes;
use crate::boxes::{AgentCall, AgentStream, Boxes, WebhookRequest};

pub(super) fn routes() -> Routes {
    // Files of a prompt are counted as they arrive.
    let no_limit = DefaultBodyLimit::disable;
    Routes::new()
        .route("/v2/box/{box}/run", post(run).layer(no_limit()))
        .route(
            "/v2/box/{box}/run/stream",
            post(run_stream).layer(no_limit()),
        )
}

/// What goes with a prompt beside what the SDK's own types hold.
#[derive(Deserialize, utoipa::ToSchema)]
pub(super) struct Extras {
    json_schema: Option<Value>,
    agent_options: Option<Map<String, Value>>,
    webhook: Option<WebhookRequest>,
}

fn read(body: &AgentBody) -> Result<(AgentCall, Option<WebhookRequest>), ApiError> {
    let extras: Extras = body.0.parse()?;
    let call = AgentCall {
        request: body.0.parse()?,
        json_schema: extras.json_schema,
        options: extras.agent_options.unwrap_or_default(),
    };
    Ok((call, extras.webhook))
}

async fn run_stream(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    InPath(reference): InPath<String>,
    body: AgentBody,
) -> Result<Response, ApiError> {
    let (call, webhook) = read(&body)?;
    if webhook.is_some() {
        return Err(ApiError::invalid(
            "webhook: a stream tells its end itself; use run without /stream",
        ));
    }
    let stream = boxes.agent_stream(&reference, call).await?;
    Ok(event_stream(stream_body(stream, id)))
}

fn stream_body(stream: AgentStream, id: RequestId) -> Body {
    let frames = futures_util::stream::unfold((stream, id), |(mut stream, id)| async move {
        let frame = match stream.next().await? {
            Ok((name, data)) => event(&name, &data),
            Err(error) => failure(error, &id),
        };
        Some((Ok::<_, std::convert::Infallible>(frame), (stream, id)))
    });
    Body::from_stream(frames)
}

/// Waits for the end, unless it is to be told to a webhook. A run that fails is a result that says so.
async fn run(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    token: Option<Extension<ByToken>>,
    body: AgentBody,
) -> Result<Json<Value>, ApiError> {
    let (call, webhook) = read(&body)?;
    if let Some(webhook) = webhook {
        // The server calls it, from a place in the network where a box is not.
        if token.is_some() {
            return Err(ApiError::new(
                ErrorCode::Forbidden,
                "webhook: a token can't have the server call others: use the API key",
            ));
        }
        let run_id = boxes.agent_run_for(&reference, call, webhook).await?;
        return Ok(Json(json!({ "run_id": run_id, "status": "running" })));
    }
    let result = boxes.agent_run(&reference, call).await?;
    Ok(Json(Value::Object(result.to_json())))
}
