//! OpenCode: `opencode run --format json`.

use serde_json::Value;

use super::super::agent_events::HarnessEvent;
use super::super::error::BoxError;
use super::json_lines::JsonLines;
use super::{Ask, Output, Started, Totals, add_options, count, said, text, tool, tool_result};

const INSTALL: &str = "opencode is not installed in this box: run `npm install -g opencode-ai` in it \
                       once, and snapshot it to keep that";

/// The provider that a model's name begins with, and where its key is looked for.
const KEYS: [(&str, &str); 6] = [
    ("anthropic/", "ANTHROPIC_API_KEY"),
    ("openai/", "OPENAI_API_KEY"),
    ("openrouter/", "OPENROUTER_API_KEY"),
    ("google/", "GOOGLE_GENERATIVE_AI_API_KEY"),
    ("groq/", "GROQ_API_KEY"),
    ("opencode/", "OPENCODE_API_KEY"),
];
const OPTIONS: [(&str, &str); 2] = [("agent", "--agent"), ("variant", "--variant")];

pub(super) fn start(ask: &Ask<'_>) -> Result<Started, BoxError> {
    let mut argv: Vec<String> = ["opencode", "run", "--format", "json"]
        .map(str::to_owned)
        .to_vec();
    let model = ask.model.unwrap_or_default();
    if !model.is_empty() {
        argv.push(format!("--model={model}"));
    }
    if let Some(session_id) = ask.session_id {
        argv.push(format!("--session={session_id}"));
    }
    add_options(&mut argv, ask, &OPTIONS, "opencode")?;
    let variable = KEYS
        .iter()
        .find(|(provider, _)| model.starts_with(provider));
    let variable = variable.map_or("OPENCODE_API_KEY", |(_, variable)| variable);
    let key = ask.key.map(|key| (variable, key.to_owned()));
    Ok(Started {
        argv,
        stdin: ask.prompt.as_bytes().to_vec(),
        env: key.into_iter().collect(),
        output: Output::Lines(JsonLines::default(), read),
        install: Some(INSTALL),
    })
}

/// It names no end of its own: the totals of each step are passed on when the last one stops.
fn read(totals: &mut Totals, line: &Value) -> Vec<HarnessEvent> {
    let session_id = text(line, "/sessionID");
    if !session_id.is_empty() {
        totals.session_id = Some(session_id.to_owned());
    }
    match text(line, "/type") {
        "text" => {
            totals.answer = text(line, "/part/text").to_owned();
            said("text", &totals.answer).into_iter().collect()
        }
        "reasoning" => said("thinking", text(line, "/part/text"))
            .into_iter()
            .collect(),
        "tool_use" => {
            let id = text(line, "/part/callID");
            let input = line.pointer("/part/state/input").unwrap_or(&Value::Null);
            let output = line.pointer("/part/state/output");
            let output = output.or_else(|| line.pointer("/part/state/error"));
            vec![
                tool(id, text(line, "/part/tool"), input),
                tool_result(id, output.unwrap_or(&Value::Null)),
            ]
        }
        "step_finish" => {
            // It counts apart what was read from the cache and what was written to it.
            let cached = count(line, "/part/tokens/cache/read");
            totals.cached_input_tokens += cached;
            totals.input_tokens += count(line, "/part/tokens/input")
                + count(line, "/part/tokens/cache/write")
                + cached;
            totals.output_tokens +=
                count(line, "/part/tokens/output") + count(line, "/part/tokens/reasoning");
            let cost = line.pointer("/part/cost").and_then(Value::as_f64);
            totals.cost_usd += cost.unwrap_or(0.0);
            match text(line, "/part/reason") {
                "tool-calls" => Vec::new(),
                _ => vec![totals.done()],
            }
        }
        "error" => {
            let message = text(line, "/error/data/message");
            let name = text(line, "/error/name");
            vec![totals.error(if message.is_empty() { name } else { message })]
        }
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::harness::tests::{names, play};

    #[test]
    fn its_output_becomes_events() {
        let events = play(read, include_str!("recorded/opencode.jsonl"));
        assert_eq!(
            names(&events),
            ["text", "tool", "tool_result", "text", "done"]
        );
        assert_eq!(events[1].data["input"]["command"], "ls");
        assert_eq!(events[2].data["output"], "a\nb\n");
        let done = &events[4].data;
        assert_eq!(done["output"], "There are two files.");
        assert_eq!(done["input_tokens"], 25);
        assert_eq!(done["output_tokens"], 17);
        assert_eq!(done["cached_input_tokens"], 7);
        let cost = done["total_cost_usd"].as_f64().unwrap();
        assert!((cost - 0.0003111).abs() < 1e-9, "{cost}");
    }

    #[test]
    fn a_failure_says_why() {
        let line = r#"{"type":"error","sessionID":"s","error":{"name":"APIError","data":{"message":"no credit"}}}"#;
        let events = play(read, line);
        assert_eq!(
            (names(&events), &events[0].data["error"]),
            (vec!["error"], &"no credit".into())
        );
    }
}
