//! How an agent run ended: the last event of its stream, and what the history keeps of it.

use serde_json::{Map, Value, json};
use upstash_box_wasm::api_types::ErrorCode;

use super::agent_events::HarnessEvent;
use super::agent_text::beginning;
use super::exec::MAX_KEPT_BYTES;
use super::rules;
use crate::sandbox::Exit;
use crate::store::RunOutcome;

/// What a shell answers for a program that does not exist.
const NOT_FOUND: i32 = 127;

/// What the agent answered: what `done` says, or all that it said where that says nothing.
pub(super) fn answer<'said>(last: Option<&'said HarnessEvent>, text: &'said str) -> &'said str {
    last.and_then(|event| event.data.get("output"))
        .map_or(text, |output| output.as_str().unwrap_or_default())
}

/// `done` with everything that clients look for, or `error`. `wanted` is the answer's JSON, or what is wrong
/// with the answer, where JSON was asked for.
pub(super) fn last_event(
    last: Option<HarnessEvent>,
    text: String,
    complaint: &str,
    exit: &Exit,
    install: Option<&'static str>,
    wanted: Option<Result<String, String>>,
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
            let missing = install.filter(|_| exit.code == NOT_FOUND);
            failure(missing.map_or(error, str::to_owned))
        }
    };
    if event.name == "done" {
        event.data.entry("output").or_insert(Value::String(text));
        for count in ["input_tokens", "output_tokens"] {
            event.data.entry(count).or_insert(json!(0));
        }
    }
    if let Some(wanted) = wanted.filter(|_| event.name == "done") {
        match wanted {
            Ok(json) => {
                event.data.insert("output".to_owned(), json.into());
            }
            Err(error) => {
                event.name = "error".to_owned();
                event.data.insert("error".to_owned(), error.into());
                // Told from failures of the agent's own.
                let code = ErrorCode::InvalidResponse.as_str();
                event.data.insert("code".to_owned(), code.into());
            }
        }
    }
    event
}

fn failure(error: String) -> HarnessEvent {
    HarnessEvent {
        name: "error".to_owned(),
        data: Map::from_iter([("error".to_owned(), Value::String(error))]),
    }
}

/// What the history keeps of the last event.
pub(super) fn fill(outcome: &mut RunOutcome, last: &HarnessEvent) {
    let text = |name: &str| last.data.get(name).and_then(Value::as_str);
    let kept = |text: &str| beginning(text, MAX_KEPT_BYTES).to_owned();
    let count = |name: &str| last.data.get(name).and_then(Value::as_u64).unwrap_or(0);
    outcome.output = text("output").map(kept);
    // One that no request may name is of no use.
    let session_id = text("session_id").filter(|id| rules::session_id(id).is_ok());
    outcome.session_id = session_id.map(str::to_owned);
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
        outcome.error_message = Some(kept(text("error").unwrap_or("the agent failed")));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_history_keeps_the_beginning_of_a_long_answer_and_of_a_long_failure() {
        // The `x` moves the characters, of two bytes each, across the limit.
        let long = format!("x{}", "é".repeat(MAX_KEPT_BYTES));
        let data = ["output", "error"].map(|name| (name.to_owned(), json!(long)));
        let last = HarnessEvent {
            name: "error".to_owned(),
            data: Map::from_iter(data),
        };
        let mut outcome = RunOutcome::default();
        fill(&mut outcome, &last);
        for kept in [outcome.output, outcome.error_message] {
            let kept = kept.unwrap();
            assert_eq!(kept.len(), MAX_KEPT_BYTES - 1);
            assert!(long.starts_with(&kept));
        }
    }

    #[test]
    fn the_history_keeps_a_session_that_a_later_run_can_name_and_no_other() {
        let kept = |session_id: &str| {
            let data = [("session_id".to_owned(), json!(session_id))];
            let last = HarnessEvent {
                name: "done".to_owned(),
                data: Map::from_iter(data),
            };
            let mut outcome = RunOutcome::default();
            fill(&mut outcome, &last);
            outcome.session_id
        };
        assert_eq!(kept("11bf4271").as_deref(), Some("11bf4271"));
        for of_no_use in ["", "two\nlines", &"x".repeat(MAX_KEPT_BYTES)] {
            assert_eq!(kept(of_no_use), None);
        }
    }
}
