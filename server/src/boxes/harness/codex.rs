//! Codex: `codex exec --json`.

use serde_json::{Value, json};

use super::super::agent_events::HarnessEvent;
use super::super::error::BoxError;
use super::json_lines::JsonLines;
use super::{
    Ask, Output, Started, Totals, Used, argument, count, said, text, tool, tool_result,
    unknown_option,
};

const INSTALL: &str = "codex is not installed in this box: run `npm install -g @openai/codex` in it \
                       once, and snapshot it to keep that";

/// It counts what the whole session used. Its own notes say how much that was before this run, so they are
/// shown first; where there are none, nothing is.
const TELL_WHAT_WAS_USED: &str = "grep -hs '\"type\":\"token_count\"' \
     \"${CODEX_HOME:-$HOME/.codex}\"/sessions/*/*/*/rollout-*-\"$0\".jsonl | tail -n 1; exec \"$@\"";

/// The name of its setting.
const BASE_URL: &str = "openai_base_url";

pub(super) fn start(ask: &Ask<'_>) -> Result<Started, BoxError> {
    // The box is the sandbox, so Codex makes none and asks nobody.
    let mut argv: Vec<String> = [
        "codex",
        "exec",
        "--json",
        "--skip-git-repo-check",
        "--dangerously-bypass-approvals-and-sandbox",
    ]
    .map(str::to_owned)
    .to_vec();
    if let Some(model) = ask.model {
        let model = model.strip_prefix("openai/").unwrap_or(model);
        argv.push(format!("--model={model}"));
    }
    // It reads no variable for that, as the others do.
    if let Some(url) = ask.openai_base_url
        && !ask.options.contains_key(BASE_URL)
    {
        argv.push(format!("--config={BASE_URL}={}", Value::from(url)));
    }
    for (name, value) in ask.options {
        // Its own configuration, by the same names.
        let is_name =
            |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_' || c == '.';
        if name.is_empty() || !name.chars().all(is_name) {
            return Err(unknown_option(name, "codex"));
        }
        let value = match value {
            Value::String(_) => value.to_string(),
            value => argument(name, value)?,
        };
        argv.push(format!("--config={name}={value}"));
    }
    if let Some(session_id) = ask.session_id {
        argv.extend(["resume", session_id, "-"].map(str::to_owned));
        let shell = ["sh", "-c", TELL_WHAT_WAS_USED, session_id].map(str::to_owned);
        argv.splice(0..0, shell);
    } else {
        argv.push("-".to_owned());
    }
    let key = ask
        .key
        .map(|key| ["OPENAI_API_KEY", "CODEX_API_KEY"].map(|name| (name, key.to_owned())));
    Ok(Started {
        argv,
        stdin: ask.prompt.as_bytes().to_vec(),
        env: key.into_iter().flatten().collect(),
        output: Output::Lines(JsonLines::default(), read),
        install: Some(INSTALL),
    })
}

fn read(totals: &mut Totals, line: &Value) -> Vec<HarnessEvent> {
    let empty = Value::Null;
    let item = line.get("item").unwrap_or(&empty);
    match text(line, "/type") {
        "thread.started" => {
            totals.session_id = Some(text(line, "/thread_id").to_owned());
            Vec::new()
        }
        "item.started" => begun(item).into_iter().collect(),
        "item.completed" => completed(totals, item).into_iter().collect(),
        "turn.completed" => {
            let (used, before) = (used(line, "/usage"), totals.before);
            totals.input_tokens = used.input.saturating_sub(before.input);
            totals.output_tokens = used.output.saturating_sub(before.output);
            totals.cached_input_tokens = used.cached_input.saturating_sub(before.cached_input);
            vec![totals.done()]
        }
        "turn.failed" => vec![totals.error(&in_words(text(line, "/error/message")))],
        "event_msg" if text(line, "/payload/type") == "token_count" => {
            totals.before = used(line, "/payload/info/total_token_usage");
            Vec::new()
        }
        _ => Vec::new(),
    }
}

fn used(line: &Value, place: &str) -> Used {
    let of = |name: &str| count(line, &format!("{place}/{name}"));
    Used {
        input: of("input_tokens"),
        cached_input: of("cached_input_tokens"),
        output: of("output_tokens"),
    }
}

/// Some refusals of the model are passed on as the JSON that they came in.
fn in_words(message: &str) -> String {
    let json: Option<Value> = serde_json::from_str(message).ok();
    match json.as_ref().map(|json| text(json, "/error/message")) {
        Some(words) if !words.is_empty() => words.to_owned(),
        _ => message.to_owned(),
    }
}

fn begun(item: &Value) -> Option<HarnessEvent> {
    let id = text(item, "/id");
    match text(item, "/type") {
        "command_execution" => {
            let input = json!({ "command": item.get("command") });
            Some(tool(id, "shell", &input))
        }
        "mcp_tool_call" => {
            let name = format!("{}.{}", text(item, "/server"), text(item, "/tool"));
            Some(tool(
                id,
                &name,
                item.get("arguments").unwrap_or(&Value::Null),
            ))
        }
        _ => None,
    }
}

fn completed(totals: &mut Totals, item: &Value) -> Option<HarnessEvent> {
    let id = text(item, "/id");
    match text(item, "/type") {
        "agent_message" => {
            totals.answer = text(item, "/text").to_owned();
            said("text", &totals.answer)
        }
        "reasoning" => said("thinking", text(item, "/text")),
        "command_execution" => {
            let output = item.get("aggregated_output").unwrap_or(&Value::Null);
            Some(tool_result(id, output))
        }
        "mcp_tool_call" => Some(tool_result(id, item.get("result").unwrap_or(&Value::Null))),
        "file_change" => {
            let input = json!({ "changes": item.get("changes") });
            Some(tool(id, "file_change", &input))
        }
        "web_search" => {
            let input = json!({ "query": item.get("query") });
            Some(tool(id, "web_search", &input))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::boxes::harness::tests::{names, play};

    #[test]
    fn its_output_becomes_events() {
        let events = play(read, include_str!("recorded/codex.jsonl"));
        assert_eq!(
            names(&events),
            ["thinking", "tool", "tool_result", "text", "done"]
        );
        assert_eq!(events[1].data["input"]["command"], "/bin/bash -lc ls");
        assert_eq!(events[2].data["output"], "a\nb\n");
        let done = &events[4].data;
        assert_eq!(done["output"], "There are two files.");
        assert_eq!(done["input_tokens"], 30);
        assert_eq!(done["output_tokens"], 11);
        assert_eq!(done["cached_input_tokens"], 4);
        assert_eq!(done["session_id"], "01a20945-eb0a-7660-8331-a335f0d49fae");
    }

    #[test]
    fn a_run_of_a_session_counts_for_itself() {
        let used = |input: u64, cached: u64, output: u64| json!({ "input_tokens": input, "cached_input_tokens": cached, "output_tokens": output });
        let info =
            json!({ "total_token_usage": used(30, 4, 11), "last_token_usage": used(1, 1, 1) });
        let before =
            json!({ "type": "event_msg", "payload": { "type": "token_count", "info": info } });
        let end = json!({ "type": "turn.completed", "usage": used(70, 14, 13) });
        let events = play(read, &format!("{before}\n{end}\n"));
        let done = &events[0].data;
        assert_eq!(done["input_tokens"], 40);
        assert_eq!(done["cached_input_tokens"], 10);
        assert_eq!(done["output_tokens"], 2);
    }

    #[test]
    fn a_refusal_of_the_model_is_told_in_words() {
        let refusal = json!({ "error": { "type": "t", "message": "no such model" } }).to_string();
        let line = json!({ "type": "turn.failed", "error": { "message": refusal } });
        let events = play(read, &line.to_string());
        assert_eq!(events[0].data["error"], "no such model");
    }

    #[test]
    fn a_failure_says_why() {
        let events = play(
            read,
            r#"{"type":"turn.failed","error":{"message":"no credit"}}"#,
        );
        assert_eq!(
            (names(&events), &events[0].data["error"]),
            (vec!["error"], &"no credit".into())
        );
    }
}
