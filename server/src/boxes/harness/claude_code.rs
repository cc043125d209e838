//! Claude Code: `claude -p … --output-format stream-json`.

use serde_json::Value;

use super::super::agent_events::HarnessEvent;
use super::super::error::BoxError;
use super::super::mcp;
use super::json_lines::JsonLines;
use super::{Ask, Output, Started, Totals, add_options, count, said, text, tool, tool_result};

const INSTALL: &str = "claude is not installed in this box: run `npm install -g \
                       @anthropic-ai/claude-code` in it once, and snapshot it to keep that";

/// Options by the names that its own SDK has, and the arguments that stand for them.
const OPTIONS: [(&str, &str); 7] = [
    ("maxTurns", "--max-turns"),
    ("maxBudgetUsd", "--max-budget-usd"),
    ("systemPrompt", "--system-prompt"),
    ("appendSystemPrompt", "--append-system-prompt"),
    ("allowedTools", "--allowedTools"),
    ("disallowedTools", "--disallowedTools"),
    ("effort", "--effort"),
];

pub(super) fn start(ask: &Ask<'_>) -> Result<Started, BoxError> {
    // The box is the sandbox, so nobody is asked for permission.
    let mut argv: Vec<String> = [
        "claude",
        "-p",
        "--output-format",
        "stream-json",
        "--verbose",
        "--dangerously-skip-permissions",
    ]
    .map(str::to_owned)
    .to_vec();
    if let Some(model) = ask.model {
        let model = model.strip_prefix("anthropic/").unwrap_or(model);
        argv.push(format!("--model={model}"));
    }
    if let Some(session_id) = ask.session_id {
        argv.push(format!("--resume={session_id}"));
    }
    add_options(&mut argv, ask, &OPTIONS, "claude-code")?;
    if ask.has_mcp_servers {
        let script = format!("exec \"$@\" --mcp-config \"${}\"", mcp::VARIABLE);
        let shell = ["sh".to_owned(), "-c".to_owned(), script, "sh".to_owned()];
        argv.splice(0..0, shell);
    }
    let key = ask.key.map(|key| ("ANTHROPIC_API_KEY", key.to_owned()));
    Ok(Started {
        argv,
        stdin: ask.prompt.as_bytes().to_vec(),
        env: key.into_iter().collect(),
        output: Output::Lines(JsonLines::default(), read),
        install: Some(INSTALL),
    })
}

fn read(totals: &mut Totals, line: &Value) -> Vec<HarnessEvent> {
    let blocks = line.pointer("/message/content").and_then(Value::as_array);
    let blocks = blocks.into_iter().flatten();
    match text(line, "/type") {
        "assistant" => blocks
            .filter_map(|block| match text(block, "/type") {
                "text" => said("text", text(block, "/text")),
                "thinking" => said("thinking", text(block, "/thinking")),
                "tool_use" => {
                    let input = block.get("input").unwrap_or(&Value::Null);
                    Some(tool(text(block, "/id"), text(block, "/name"), input))
                }
                _ => None,
            })
            .collect(),
        "user" => blocks
            .filter(|block| text(block, "/type") == "tool_result")
            .map(|block| {
                let output = block.get("content").unwrap_or(&Value::Null);
                tool_result(text(block, "/tool_use_id"), output)
            })
            .collect(),
        "result" => vec![result(totals, line)],
        _ => Vec::new(),
    }
}

fn result(totals: &mut Totals, line: &Value) -> HarnessEvent {
    let session_id = text(line, "/session_id");
    totals.session_id = (!session_id.is_empty()).then(|| session_id.to_owned());
    totals.output_tokens = count(line, "/usage/output_tokens");
    totals.cached_input_tokens = count(line, "/usage/cache_read_input_tokens");
    // It counts apart what was read from the cache and what was written to it.
    totals.input_tokens = count(line, "/usage/input_tokens")
        + count(line, "/usage/cache_creation_input_tokens")
        + totals.cached_input_tokens;
    let cost = line.get("total_cost_usd").and_then(Value::as_f64);
    totals.cost_usd = cost.unwrap_or(0.0);
    totals.answer = text(line, "/result").to_owned();
    let has_failed = line.get("is_error").and_then(Value::as_bool) == Some(true);
    match (has_failed, text(line, "/subtype")) {
        (false, "success") => totals.done(),
        (_, subtype) if totals.answer.is_empty() => {
            totals.error(&format!("Claude Code ended with {subtype}"))
        }
        _ => totals.error(&totals.answer),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::harness::tests::{names, play};

    #[test]
    fn its_output_becomes_events() {
        let events = play(read, include_str!("recorded/claude_code.jsonl"));
        assert_eq!(
            names(&events),
            ["text", "tool", "tool_result", "text", "done"]
        );
        assert_eq!(events[1].data["name"], "Bash");
        assert_eq!(
            events[1].data["tool_call_id"],
            events[2].data["tool_call_id"]
        );
        let done = &events[4].data;
        assert_eq!(done["output"], "There are two files.");
        assert_eq!(done["input_tokens"], 25);
        assert_eq!(done["output_tokens"], 17);
        assert_eq!(done["cached_input_tokens"], 7);
        assert_eq!(done["total_cost_usd"], 0.0003111);
        assert_eq!(done["session_id"], "11bf4271-b0af-4a51-8823-7abb07c9eb0e");
    }

    #[test]
    fn a_thought_is_told_apart() {
        let thought = serde_json::json!({ "type": "thinking", "thinking": "Hm." });
        let line = serde_json::json!({ "type": "assistant", "message": { "content": [thought] } });
        assert_eq!(names(&play(read, &line.to_string())), ["thinking"]);
    }

    #[test]
    fn a_failure_says_why() {
        let line = r#"{"type":"result","subtype":"success","is_error":true,"result":"Invalid API key","session_id":"s"}"#;
        let events = play(read, line);
        assert_eq!(
            (names(&events), &events[0].data["error"]),
            (vec!["error"], &"Invalid API key".into())
        );
        let line = r#"{"type":"result","subtype":"error_max_turns","is_error":false}"#;
        assert!(
            play(read, line)[0].data["error"]
                .as_str()
                .unwrap()
                .contains("error_max_turns")
        );
    }
}
