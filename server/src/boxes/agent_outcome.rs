//! How an agent run ended: the last event of its stream, and what the history keeps of it.

use serde_json::{Map, Value, json};

use super::agent_events::HarnessEvent;
use crate::sandbox::Exit;
use crate::store::RunOutcome;

/// `done` with everything that clients look for, or `error`.
pub(super) fn last_event(
    last: Option<HarnessEvent>,
    text: String,
    complaint: &str,
    exit: &Exit,
) -> HarnessEvent {
    let mut event = match last {
        Some(event) => event,
        None if exit.code == 0 => HarnessEvent {
            name: "done".to_owned(),
            data: Map::new(),
        },
        None => {
            let mut error = format!("the agent ended with exit code {}", exit.code);
            if !complaint.is_empty() {
                error = format!("{error}: {complaint}");
            }
            let data = Map::from_iter([("error".to_owned(), Value::String(error))]);
            HarnessEvent {
                name: "error".to_owned(),
                data,
            }
        }
    };
    if event.name == "done" {
        event.data.entry("output").or_insert(Value::String(text));
        for count in ["input_tokens", "output_tokens"] {
            event.data.entry(count).or_insert(json!(0));
        }
    }
    event
}

/// What the history keeps of the last event.
pub(super) fn fill(outcome: &mut RunOutcome, last: &HarnessEvent) {
    let text = |name: &str| {
        last.data
            .get(name)
            .and_then(Value::as_str)
            .map(str::to_owned)
    };
    let count = |name: &str| last.data.get(name).and_then(Value::as_u64).unwrap_or(0);
    outcome.output = text("output");
    outcome.input_tokens = count("input_tokens");
    outcome.output_tokens = count("output_tokens");
    outcome.cached_input_tokens = count("cached_input_tokens");
    outcome.cost_usd = last
        .data
        .get("total_cost_usd")
        .and_then(Value::as_f64)
        .unwrap_or(0.0);
    if last.name == "done" {
        // The harness has said that it succeeded, whatever its exit code.
        outcome.exit_code = Some(0);
    } else {
        outcome.error_message =
            Some(text("error").unwrap_or_else(|| "the agent failed".to_owned()));
    }
}
