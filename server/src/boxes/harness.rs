//! The programs that answer prompts: how each is asked, and how its output is read.
//!
//! A harness gets its prompt by standard input and its key by the environment, so neither is seen in
//! a list of processes. `custom` alone is given the prompt as an argument, as its protocol says.

mod claude_code;
mod codex;
mod json_lines;
mod opencode;

use serde_json::{Map, Value};
use upstash_box_wasm::api_types::CustomRunner;

use super::agent_events::{EventReader, EventTooLarge, HarnessEvent};
use super::error::BoxError;
use super::new_box::CUSTOM;
use json_lines::JsonLines;

/// What is asked of a harness.
#[derive(Debug)]
pub(super) struct Ask<'call> {
    pub(super) prompt: &'call str,
    pub(super) model: Option<&'call str>,
    pub(super) session_id: Option<&'call str>,
    /// The harness's own settings, by its own names.
    pub(super) options: &'call Map<String, Value>,
    pub(super) key: Option<&'call str>,
    /// Where OpenAI's API is for the box, when it is not at OpenAI's: its variable `OPENAI_BASE_URL`.
    pub(super) openai_base_url: Option<&'call str>,
    /// Whether the environment names MCP servers.
    pub(super) has_mcp_servers: bool,
}

/// How a harness is started.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) argv: Vec<String>,
    pub(super) stdin: Vec<u8>,
    pub(super) env: Vec<(&'static str, String)>,
    pub(super) output: Output,
    /// How its program gets into a box that has none.
    pub(super) install: Option<&'static str>,
}

/// Reads what a harness writes.
#[derive(Debug)]
pub(super) enum Output {
    /// Events, as they go to the caller.
    Events(EventReader),
    /// A JSON value in each line, in the harness's own words.
    Lines(JsonLines, Translate),
}

/// What a line of a harness means.
type Translate = fn(&mut Totals, &Value) -> Vec<HarnessEvent>;

/// What is told only at the end, gathered on the way.
#[derive(Debug, Default)]
pub(super) struct Totals {
    session_id: Option<String>,
    /// The latest whole message.
    answer: String,
    /// All of them, those from the provider's cache too.
    input_tokens: u64,
    output_tokens: u64,
    cached_input_tokens: u64,
    cost_usd: f64,
    /// What the session had used before, where a harness counts the whole session.
    before: Used,
}

/// Tokens that went to a model and came from it.
#[derive(Clone, Copy, Debug, Default)]
struct Used {
    input: u64,
    cached_input: u64,
    output: u64,
}

/// The harness of a box, ready to be started.
pub(super) fn start(
    harness: &str,
    runner: Option<&CustomRunner>,
    ask: &Ask<'_>,
) -> Result<Started, BoxError> {
    match (harness, runner) {
        (CUSTOM, Some(runner)) => custom(runner, ask),
        ("claude-code", _) => claude_code::start(ask),
        ("codex", _) => codex::start(ask),
        ("opencode", _) => opencode::start(ask),
        _ => Err(BoxError::Unsupported(format!(
            "this server does not know the harness {harness:?}; it runs claude-code, codex, opencode \
             and custom with a custom_runner"
        ))),
    }
}

fn custom(runner: &CustomRunner, ask: &Ask<'_>) -> Result<Started, BoxError> {
    if let Some(name) = ask.options.keys().next() {
        return Err(unknown_option(name, CUSTOM));
    }
    let mut argv = vec![runner.command.clone()];
    argv.extend(runner.args.iter().cloned());
    let model = ask.model.unwrap_or(CUSTOM);
    argv.extend(["-p", ask.prompt, "--model", model, "--stream"].map(str::to_owned));
    if let Some(session_id) = ask.session_id {
        argv.extend(["--session".to_owned(), session_id.to_owned()]);
    }
    Ok(Started {
        argv,
        stdin: Vec::new(),
        env: Vec::new(),
        output: Output::Events(EventReader::default()),
        install: None,
    })
}

/// The agent's options as the arguments that stand for them.
fn add_options(
    argv: &mut Vec<String>,
    ask: &Ask<'_>,
    known: &[(&str, &str)],
    harness: &str,
) -> Result<(), BoxError> {
    for (name, value) in ask.options {
        let Some((_, flag)) = known.iter().find(|(option, _)| option == name) else {
            return Err(unknown_option(name, harness));
        };
        argv.push(format!("{flag}={}", argument(name, value)?));
    }
    Ok(())
}

fn unknown_option(name: &str, harness: &str) -> BoxError {
    BoxError::InvalidArgument(format!(
        "agent_options: {harness} has no option {name:?} that this server knows"
    ))
}

/// An option's value as an argument.
fn argument(name: &str, value: &Value) -> Result<String, BoxError> {
    match value {
        Value::String(text) => Ok(text.clone()),
        Value::Number(_) | Value::Bool(_) => Ok(value.to_string()),
        Value::Array(items) => {
            let items = items.iter().map(|item| argument(name, item));
            Ok(items.collect::<Result<Vec<_>, _>>()?.join(","))
        }
        Value::Null | Value::Object(_) => Err(BoxError::InvalidArgument(format!(
            "agent_options.{name}: it must be text, a number, true, false or a list of these"
        ))),
    }
}

impl Output {
    /// Takes what was read, and gives the events that are complete with it.
    pub(super) fn push(&mut self, bytes: &[u8]) -> Result<Vec<HarnessEvent>, EventTooLarge> {
        match self {
            Self::Events(reader) => reader.push(bytes),
            Self::Lines(lines, translate) => lines.push(bytes, *translate),
        }
    }

    /// What the end of the output completes.
    pub(super) fn end(&mut self) -> Vec<HarnessEvent> {
        match self {
            Self::Events(reader) => reader.end().into_iter().collect(),
            Self::Lines(lines, translate) => lines.end(*translate),
        }
    }
}

impl Totals {
    /// The last event of a run that went well.
    fn done(&self) -> HarnessEvent {
        let mut data = self.usage();
        data.insert("output".to_owned(), self.answer.clone().into());
        event("done", data)
    }

    /// The last event of one that did not.
    fn error(&self, why: &str) -> HarnessEvent {
        let mut data = self.usage();
        data.insert("error".to_owned(), why.into());
        event("error", data)
    }

    fn usage(&self) -> Map<String, Value> {
        let mut data = Map::new();
        for (name, count) in [
            ("input_tokens", self.input_tokens),
            ("output_tokens", self.output_tokens),
            ("cached_input_tokens", self.cached_input_tokens),
        ] {
            data.insert(name.to_owned(), count.into());
        }
        data.insert("total_cost_usd".to_owned(), self.cost_usd.into());
        if let Some(session_id) = &self.session_id {
            data.insert("session_id".to_owned(), session_id.clone().into());
        }
        data
    }
}

fn event(name: &str, data: Map<String, Value>) -> HarnessEvent {
    HarnessEvent {
        name: name.to_owned(),
        data,
    }
}

/// `text` or `thinking`, unless there is nothing in it.
fn said(name: &str, text: &str) -> Option<HarnessEvent> {
    let data = Map::from_iter([("text".to_owned(), text.into())]);
    (!text.is_empty()).then(|| event(name, data))
}

fn tool(id: &str, name: &str, input: &Value) -> HarnessEvent {
    let input = match input {
        Value::Object(input) => input.clone(),
        _ => Map::new(),
    };
    let data = [
        ("name".to_owned(), name.into()),
        ("input".to_owned(), input.into()),
        ("tool_call_id".to_owned(), id.into()),
    ];
    event("tool", Map::from_iter(data))
}

fn tool_result(id: &str, output: &Value) -> HarnessEvent {
    let data = [
        ("tool_call_id".to_owned(), id.into()),
        ("output".to_owned(), output.clone()),
    ];
    event("tool_result", Map::from_iter(data))
}

fn text<'value>(value: &'value Value, pointer: &str) -> &'value str {
    value
        .pointer(pointer)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

fn count(value: &Value, pointer: &str) -> u64 {
    value.pointer(pointer).and_then(Value::as_u64).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The events of a whole output, split where it hurts.
    pub(super) fn play(translate: Translate, output: &str) -> Vec<HarnessEvent> {
        let mut reader = Output::Lines(JsonLines::default(), translate);
        let mut events = Vec::new();
        for piece in output.as_bytes().chunks(7) {
            events.extend(reader.push(piece).unwrap());
        }
        events.extend(reader.end());
        events
    }

    pub(super) fn names(events: &[HarnessEvent]) -> Vec<&str> {
        events.iter().map(|event| event.name.as_str()).collect()
    }

    fn asked(harness: &str, options: &Value, key: Option<&str>) -> Result<Started, BoxError> {
        let ask = Ask {
            prompt: "-p rompt",
            model: Some("anthropic/m"),
            session_id: Some("s"),
            options: options.as_object().unwrap(),
            key,
            openai_base_url: Some("http://here/v1"),
            has_mcp_servers: false,
        };
        start(harness, None, &ask)
    }

    #[test]
    fn prompt_and_key_are_no_arguments() {
        for harness in ["claude-code", "codex", "opencode"] {
            let started = asked(harness, &serde_json::json!({}), Some("k-1")).unwrap();
            assert_eq!(started.stdin, b"-p rompt");
            assert!(!started.argv.concat().contains("rompt"), "{harness}");
            assert!(!started.argv.concat().contains("k-1"), "{harness}");
            assert!(started.env.iter().any(|(_, value)| value == "k-1"));
        }
    }

    #[test]
    fn an_option_that_is_not_known_is_refused() {
        for harness in ["claude-code", "codex", "opencode", "custom", "none"] {
            let options = serde_json::json!({ "No Such": 1 });
            assert!(asked(harness, &options, None).is_err(), "{harness}");
        }
        let started = asked(
            "claude-code",
            &serde_json::json!({ "maxTurns": 3, "allowedTools": ["A", "B"] }),
            None,
        );
        let argv = started.unwrap().argv;
        assert!(
            argv.contains(&"--max-turns=3".to_owned())
                && argv.contains(&"--allowedTools=A,B".to_owned())
        );
        let started = asked(
            "codex",
            &serde_json::json!({ "model_reasoning_effort": "high" }),
            None,
        );
        assert!(
            started
                .unwrap()
                .argv
                .contains(&"--config=model_reasoning_effort=\"high\"".to_owned())
        );
    }
}
