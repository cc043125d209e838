//! How an agent run ended that somebody waits for, here or at a webhook.

use serde_json::{Map, Value, json};

use super::agent_stream::AgentStream;
use super::error::BoxError;

/// An agent run that has ended.
#[derive(Debug)]
pub(crate) struct AgentRunResult {
    run_id: String,
    /// The data of `done`, or of `error`.
    last: Map<String, Value>,
    is_completed: bool,
}

impl AgentRunResult {
    /// Reads a run to its end.
    pub(super) async fn of(mut stream: AgentStream) -> Result<Self, BoxError> {
        let run_id = stream.run_id().to_owned();
        let mut last = (String::new(), Value::Null);
        while let Some(event) = stream.next().await {
            last = event?;
        }
        Ok(Self {
            run_id,
            is_completed: last.0 == "done",
            last: match last.1 {
                Value::Object(data) => data,
                _ => Map::new(),
            },
        })
    }

    /// As it is told. A run that failed says why.
    pub(crate) fn to_json(&self) -> Map<String, Value> {
        let number = |name: &str| self.last.get(name).cloned().unwrap_or_else(|| json!(0));
        let output = self.last.get("output").and_then(Value::as_str);
        let status = if self.is_completed {
            "completed"
        } else {
            "failed"
        };
        let mut answer = Map::from_iter([
            ("run_id".to_owned(), json!(self.run_id)),
            ("status".to_owned(), json!(status)),
            ("output".to_owned(), json!(output.unwrap_or_default())),
            (
                "metadata".to_owned(),
                json!({
                    "input_tokens": number("input_tokens"),
                    "output_tokens": number("output_tokens"),
                    "cached_input_tokens": number("cached_input_tokens"),
                    "cost_usd": number("total_cost_usd"),
                }),
            ),
        ]);
        if let (false, Some(error)) = (self.is_completed, self.last.get("error")) {
            answer.insert("error".to_owned(), error.clone());
        }
        if let Some(session_id) = self.last.get("session_id") {
            answer.insert("session_id".to_owned(), session_id.clone());
        }
        answer
    }
}
