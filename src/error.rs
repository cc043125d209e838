//! The one error of the SDK: a row of the error table, a sentence, and what the server said with it.
//!
//! It is data for the caller. It knows neither HTTP libraries nor JavaScript, and never holds the key.

use std::ops::{Deref, DerefMut};

use serde::ser::{Serialize, Serializer};

use crate::api_types::ErrorCode;
use crate::json::{Json, Type};
use crate::sentence::{push_digits, sentence};

/// Why a call failed. One pointer wide, because it travels through every result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error(Box<Facts>);

/// What is known about a failure.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facts {
    /// The row of the table.
    pub code: ErrorCode,
    /// What happened, to what, what to do.
    pub message: String,
    /// The HTTP status, when the server answered.
    pub status: Option<u16>,
    /// The server's name for this request, for its log.
    pub request_id: Option<String>,
    /// How long the server asked to wait before the next try.
    pub retry_after_ms: Option<u32>,
    /// Id of a box or snapshot that was made and is still there.
    pub left_behind: Option<String>,
}

impl Deref for Error {
    type Target = Facts;

    fn deref(&self) -> &Facts {
        &self.0
    }
}

impl DerefMut for Error {
    fn deref_mut(&mut self) -> &mut Facts {
        &mut self.0
    }
}

impl Error {
    /// A failure on the client's side.
    pub fn new(code: ErrorCode, message: String) -> Self {
        Self(Box::new(Facts {
            code,
            message,
            status: None,
            request_id: None,
            retry_after_ms: None,
            left_behind: None,
        }))
    }

    /// A call that was given something it can't use.
    pub fn invalid(parts: &[&str]) -> Self {
        Self::new(ErrorCode::InvalidArgument, sentence(parts))
    }

    /// A failure that the server reported, from the body it sent along.
    ///
    /// `{"error": "…", "code": "…"}` is the rule. Proxies answer with pages and some services with
    /// `message`, or with an object under `error`; each still yields a sentence.
    pub fn from_answer<J: Json>(status: u16, body: &J, call: &str) -> Self {
        let nested = body.get("error");
        let source = if nested.kind() == Type::Object {
            &nested
        } else {
            body
        };
        let code = source
            .get("code")
            .text()
            .and_then(|code| ErrorCode::from_code(&code));
        let mut said = ["error", "message"]
            .into_iter()
            .filter_map(|name| source.get(name).text());
        let message = said.find(|text| !text.trim_ascii().is_empty());
        let code = code.unwrap_or(ErrorCode::from_status(status));
        let mut error = Self::new(
            code,
            message.unwrap_or_else(|| describe(status, body, call)),
        );
        error.status = Some(status);
        error
    }

    /// The same failure, of a call that had already made something.
    pub fn leaving(mut self, id: &str) -> Self {
        self.message = sentence(&[&self.message, " `", id, "` was made and is still there."]);
        self.left_behind = Some(id.to_owned());
        self
    }
}

impl Serialize for Error {
    /// One text, which is small to cross with: the facts with a NUL after each, and the message last.
    /// `pkg/src/error.js` takes them apart.
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut status = String::new();
        if let Some(number) = self.status {
            push_digits(&mut status, number.into(), 3);
        }
        let retryable = if self.code.retryable() { "true" } else { "" };
        serializer.serialize_str(&sentence(&[
            self.code.as_str(),
            "\0",
            retryable,
            "\0",
            &status,
            "\0",
            self.request_id.as_deref().unwrap_or_default(),
            "\0",
            self.left_behind.as_deref().unwrap_or_default(),
            "\0",
            &self.message,
        ]))
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A sentence for an answer that has none of its own.
fn describe<J: Json>(status: u16, body: &J, call: &str) -> String {
    if status < 400 {
        // Browsers do not tell its status.
        return sentence(&[
            call,
            ": the server answered with a redirect, which could take the key elsewhere and is not followed; is `baseUrl` right?",
        ]);
    }
    let mut text = sentence(&[call, ": the server answered with status "]);
    push_digits(&mut text, status.into(), 3);
    text.push('.');
    if let Some(page) = body.text() {
        push_words(&mut text, &page);
    }
    text
}

/// The first words of a page, without its tags.
fn push_words(text: &mut String, page: &str) {
    let end = text.len() + 200;
    let mut in_tag = false;
    for letter in page.chars() {
        if text.len() > end {
            break;
        }
        if letter == '<' {
            in_tag = true;
        }
        let shown = if in_tag || letter.is_ascii_whitespace() {
            ' '
        } else {
            letter
        };
        in_tag &= letter != '>';
        if shown != ' ' || !text.ends_with(' ') {
            text.push(shown);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Error;
    use crate::api_types::ErrorCode;
    use crate::json::value::Value;

    #[test]
    fn a_sentence_is_found_in_every_shape_of_body() {
        let status = "Box.get: the server answered with status 404.";
        for (body, code, message) in [
            (
                r#"{"error":"gone","code":"snapshot_not_found"}"#,
                "snapshot_not_found",
                "gone",
            ),
            (r#"{"error":"gone","code":"made_up"}"#, "not_found", "gone"),
            (r#"{"message":"gone"}"#, "not_found", "gone"),
            (
                r#"{"error":{"message":"No such box","code":"box_not_found"}}"#,
                "box_not_found",
                "No such box",
            ),
            (r#"{"error":""}"#, "not_found", status),
            (r#"{"error":7}"#, "not_found", status),
            ("null", "not_found", status),
            (
                r#""<html><title>Not found</title>\n<p>nginx</html>""#,
                "not_found",
                "Box.get: the server answered with status 404. Not found nginx ",
            ),
        ] {
            let body: Value = serde_json::from_str(body).unwrap();
            let error = Error::from_answer(404, &body, "Box.get");
            assert_eq!(
                (error.code.as_str(), error.message.as_str()),
                (code, message)
            );
            assert_eq!(error.status, Some(404));
        }
    }

    #[test]
    fn every_row_crosses_in_both_directions() {
        for row in ErrorCode::ALL {
            let body = serde_json::json!({ "error": "x", "code": row.as_str() });
            let body: Value = serde_json::from_value(body).unwrap();
            let error = Error::from_answer(row.status().unwrap_or(500), &body, "Box.get");
            assert_eq!(error.code, *row);
            let told = serde_json::to_value(&error).unwrap();
            let facts: Vec<&str> = told.as_str().unwrap().splitn(6, '\0').collect();
            assert_eq!(facts[0], row.as_str());
            assert_eq!(facts[1] == "true", row.retryable());
            assert_eq!(facts[5], "x");
        }
    }

    #[test]
    fn what_was_left_behind_is_named() {
        let error = Error::new(ErrorCode::Timeout, "Too late.".to_owned()).leaving("calm-otter-1");
        assert_eq!(
            error.message,
            "Too late. `calm-otter-1` was made and is still there."
        );
        assert_eq!(error.left_behind.as_deref(), Some("calm-otter-1"));
    }
}
