//! Answers that are to be JSON: what an agent is asked for, and whether its answer is that.

use std::path::PathBuf;

use serde_json::Value;

use super::error::BoxError;
use crate::json_check::{self, Question, Verdict};

/// What a `json_schema` asks for.
#[derive(Clone, Debug)]
pub(super) struct WantedJson {
    schema: Value,
    /// The box-server binary, which checks in a process of its own.
    program: PathBuf,
}

impl WantedJson {
    /// Refuses what is no schema, or speaks of others that would have to be fetched.
    pub(super) async fn read(schema: Value, program: PathBuf) -> Result<Self, BoxError> {
        let wanted = Self { schema, program };
        let invalid = |text: String| Err(BoxError::InvalidArgument(format!("json_schema: {text}")));
        match wanted.check(None).await? {
            Verdict::Fits(_) => Ok(wanted),
            Verdict::WrongSchema(why) | Verdict::WrongAnswer(why) => {
                invalid(format!("it is no JSON Schema: {why}"))
            }
            Verdict::TooMuch => invalid("it takes too long to read; write it shorter".to_owned()),
        }
    }

    /// What the prompt says of it.
    pub(super) fn request(&self) -> String {
        format!(
            "\n\nAnswer with nothing but a JSON value that fits this JSON Schema:\n{}",
            self.schema
        )
    }

    /// The JSON of an answer, or what is wrong with the answer.
    pub(super) async fn find(&self, answer: &str) -> Result<String, String> {
        let verdict = self.check(Some(answer.to_owned())).await;
        let why = match verdict {
            Ok(Verdict::Fits(json)) => return Ok(json.unwrap_or_default()),
            Ok(Verdict::WrongSchema(why) | Verdict::WrongAnswer(why)) => why,
            Ok(Verdict::TooMuch) => "whether it does takes too long to find out".to_owned(),
            Err(error) => error.to_string(),
        };
        Err(format!(
            "the agent's answer does not fit json_schema: {why}"
        ))
    }

    async fn check(&self, answer: Option<String>) -> Result<Verdict, BoxError> {
        let schema = self.schema.clone();
        let question = Question { schema, answer };
        let verdict = json_check::ask(&self.program, &question).await;
        verdict.map_err(|error| {
            BoxError::Interrupted(format!("json_schema could not be checked: {error}"))
        })
    }
}
