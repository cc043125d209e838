//! Whether a text holds JSON that fits a JSON Schema, found out in a process of its own.
//!
//! A few words of a schema can ask for more work, or for a deeper stack, than there is. What goes too far
//! ends only that process, which is a hidden subcommand of this program with little time and memory.

use std::io::{self, Read, Write};
use std::path::Path;
use std::process::Stdio;
use std::time::Duration;

use jsonschema::ValidationError;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use tokio::io::AsyncWriteExt;

use crate::linux::process::limit_work;

/// The subcommand.
pub const SUBCOMMAND: &str = "check-json";

/// How long the process may compute; what people mean takes milliseconds.
const PROCESSOR_SECONDS: u64 = 2;
const MEMORY_BYTES: u64 = 1 << 30;
/// How long it may take in all, on a machine that is busy with other things.
const WITHIN: Duration = Duration::from_secs(120);

/// What is to be found out.
#[derive(Debug, Deserialize, Serialize)]
pub(crate) struct Question {
    pub(crate) schema: Value,
    /// Without one, whether the schema is a schema.
    pub(crate) answer: Option<String>,
}

/// What was found out.
#[derive(Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    /// The JSON of the answer, or nothing without an answer.
    Fits(Option<String>),
    /// What is wrong with the schema.
    WrongSchema(String),
    /// What is wrong with the answer.
    WrongAnswer(String),
    /// It would take more than it may.
    TooMuch,
}

/// Asks a process of its own. `program` is the box-server binary.
pub(crate) async fn ask(program: &Path, question: &Question) -> io::Result<Verdict> {
    let question = serde_json::to_vec(question)?;
    let mut process = tokio::process::Command::new(program)
        .arg(SUBCOMMAND)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .kill_on_drop(true)
        .spawn()?;
    let stdin = process.stdin.take();
    let told = async move {
        if let Some(mut stdin) = stdin {
            // One that ended says so by its exit.
            let _ = stdin.write_all(&question).await;
        }
    };
    let ended = tokio::time::timeout(WITHIN, async {
        tokio::join!(told, process.wait_with_output()).1
    });
    match ended.await {
        Ok(output) => {
            let output = output?;
            // Killed for its time, its memory or its stack.
            if !output.status.success() {
                return Ok(Verdict::TooMuch);
            }
            Ok(serde_json::from_slice(&output.stdout)?)
        }
        Err(_) => Ok(Verdict::TooMuch),
    }
}

/// Runs the hidden subcommand; the answer is the exit code of the process.
pub fn main() -> i32 {
    match answer() {
        Ok(()) => 0,
        Err(_) => 1,
    }
}

fn answer() -> io::Result<()> {
    limit_work(PROCESSOR_SECONDS, MEMORY_BYTES).map_err(io::Error::other)?;
    let mut question = Vec::new();
    io::stdin().read_to_end(&mut question)?;
    let verdict = judge(&serde_json::from_slice(&question)?);
    io::stdout().write_all(&serde_json::to_vec(&verdict)?)
}

/// A schema that speaks of others which would have to be fetched is none.
fn judge(question: &Question) -> Verdict {
    let validator = match jsonschema::validator_for(&question.schema) {
        Ok(validator) => validator,
        Err(error) => return Verdict::WrongSchema(told(&error)),
    };
    let Some(answer) = &question.answer else {
        return Verdict::Fits(None);
    };
    let Some((text, value)) = json_of(answer) else {
        return Verdict::WrongAnswer("it is not JSON".to_owned());
    };
    match validator.validate(&value) {
        Ok(()) => Verdict::Fits(Some(text)),
        Err(error) => Verdict::WrongAnswer(told(&error)),
    }
}

/// What is wrong and where, without the value itself, which may be large.
fn told(error: &ValidationError<'_>) -> String {
    let place = error.instance_path().to_string();
    let place = if place.is_empty() { "/" } else { &place };
    format!("at {place}: {}", error.masked())
}

/// The JSON of an answer, which agents like to put into a fence.
fn json_of(answer: &str) -> Option<(String, Value)> {
    let fenced = answer.rsplit_once("```").and_then(|(before, _)| {
        let (_, inside) = before.rsplit_once("```")?;
        let inside = inside.split_once('\n').map_or(inside, |(_, text)| text);
        Some(inside.trim())
    });
    let mut texts = [Some(answer.trim()), fenced].into_iter().flatten();
    texts.find_map(|text| Some((text.to_owned(), serde_json::from_str(text).ok()?)))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn judged(schema: Value, answer: &str) -> Verdict {
        judge(&Question {
            schema,
            answer: Some(answer.to_owned()),
        })
    }

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
            let found = json_of(answer).map(|(text, _)| text);
            assert_eq!(found.as_deref(), json, "{answer}");
        }
    }

    #[test]
    fn an_answer_has_to_fit_the_schema() {
        let schema = json!({
            "type": "object",
            "properties": { "names": { "type": "array", "items": { "type": "string" } } },
            "required": ["names"],
        });
        let fits = r#"{"names":["a"]}"#;
        assert_eq!(
            judged(schema.clone(), fits),
            Verdict::Fits(Some(fits.to_owned()))
        );
        for (answer, wrong) in [
            (
                r#"{"names":["a",2]}"#,
                "at /names/1: value is not of type \"string\"",
            ),
            ("{}", "at /: \"names\" is a required property"),
            ("two", "it is not JSON"),
        ] {
            assert_eq!(
                judged(schema.clone(), answer),
                Verdict::WrongAnswer(wrong.to_owned())
            );
        }
    }

    #[test]
    fn what_is_no_schema_or_lies_elsewhere_is_refused() {
        for schema in [
            json!(1),
            json!({ "type": "number of cats" }),
            json!({ "pattern": "(" }),
            json!({ "$ref": "#/nowhere" }),
            json!({ "$ref": "file:///etc/passwd" }),
            json!({ "$ref": "http://127.0.0.1:1/schema" }),
        ] {
            let verdict = judged(schema.clone(), "1");
            assert!(matches!(verdict, Verdict::WrongSchema(_)), "{schema}");
        }
    }
}
