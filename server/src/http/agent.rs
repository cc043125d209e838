//! Routes that run a box's agent.

use axum::body::Body;
use axum::extract::State;
use axum::response::Response;
use axum::{Extension, Json};
use serde_json::{Map, Value, json};

use super::body::JsonObject;
use super::error::ApiError;
use super::exec::{event, event_stream, failure};
use super::not_supported;
use super::params::InPath;
use super::request_id::RequestId;
use crate::boxes::{AgentStream, Boxes};

pub(super) async fn run_stream(
    State(boxes): State<Boxes>,
    Extension(id): Extension<RequestId>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Response, ApiError> {
    not_supported::in_run(&body.parse()?)?;
    let stream = boxes.agent_stream(&reference, body.parse()?).await?;
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

/// Waits for the end. A run that fails is a result that says so.
pub(super) async fn run(
    State(boxes): State<Boxes>,
    InPath(reference): InPath<String>,
    body: JsonObject,
) -> Result<Json<Value>, ApiError> {
    not_supported::in_run(&body.parse()?)?;
    let result = boxes.agent_run(&reference, body.parse()?).await?;
    let last = &result.last;
    let mut answer = json!({
        "run_id": result.run_id,
        "status": if result.is_completed { "completed" } else { "failed" },
        "output": last.get("output").and_then(Value::as_str).unwrap_or_default(),
        "metadata": metadata(last),
    });
    if let (false, Some(error), Some(answer)) = (
        result.is_completed,
        last.get("error"),
        answer.as_object_mut(),
    ) {
        answer.insert("error".to_owned(), error.clone());
    }
    Ok(Json(answer))
}

fn metadata(last: &Map<String, Value>) -> Value {
    let number = |name: &str| last.get(name).cloned().unwrap_or_else(|| json!(0));
    json!({
        "input_tokens": number("input_tokens"),
        "output_tokens": number("output_tokens"),
        "cached_input_tokens": number("cached_input_tokens"),
        "cost_usd": number("total_cost_usd"),
    })
}
