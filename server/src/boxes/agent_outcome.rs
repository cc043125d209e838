//! How an agent run ended: the last event of its stream, and what the history keeps of it.

use serde_json::{Map, Value, json};

use super::agent_events::HarnessEvent;
use super::agent_stream::Ending;
use crate::sandbox::Exit;
use crate::store::RunOutcome;

/// What a shell answers for a program that does not exist.
const NOT_FOUND: i32 = 127;

/// `done` with everything that clients look for, or `error`.
pub(super) fn last_event(
    last: Option<HarnessEvent>,
    text: String,
    complaint: &str,
    exit: &Exit,
    ending: Ending,
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
            let missing = ending.install.filter(|_| exit.code == NOT_FOUND);
            failure(missing.map_or(error, str::to_owned))
        }
    };
    if event.name == "done" {
        event.data.entry("output").or_insert(Value::String(text));
        for count in ["input_tokens", "output_tokens"] {
            event.data.entry(count).or_insert(json!(0));
        }
    }
    if event.name == "done" && ending.is_json {
        let output = event.data.get("output").and_then(Value::as_str);
        match output.and_then(json_of) {
            Some(json) => {
                event.data.insert("output".to_owned(), json.into());
            }
            None => {
                event.name = "error".to_owned();
                let error = "the agent's answer is not JSON, which json_schema asked for";
                event.data.insert("error".to_owned(), error.into());
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

/// The JSON of an answer, which agents like to put into a fence.
fn json_of(answer: &str) -> Option<String> {
    let is_json = |text: &&str| serde_json::from_str::<Value>(text).is_ok();
    let fenced = answer.rsplit_once("```").and_then(|(before, _)| {
        let (_, inside) = before.rsplit_once("```")?;
        Some(
            inside
                .split_once('\n')
                .map_or(inside, |(_, text)| text)
                .trim(),
        )
    });
    [Some(answer.trim()), fenced]
        .into_iter()
        .flatten()
        .find(is_json)
        .map(str::to_owned)
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
    outcome.session_id = text("session_id");
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_json_of_an_answer_is_found() {
        for (answer, json) in [
            (" {\"a\":1}\n", Some("{\"a\":1}")),
            ("Here it is:\n```json\n[1]\n```\n", Some("[1]")),
            ("```\n1\n```", Some("1")),
            ("It is 1.", None),
            ("```json\n{\n```", None),
            ("", None),
        ] {
            assert_eq!(json_of(answer).as_deref(), json, "{answer}");
        }
    }
}
