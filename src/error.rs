//! The one error of the SDK: a row of the error table, a sentence, and what the server said with it.
//!
//! It is data for the caller. It knows neither HTTP libraries nor JavaScript, and never holds the key.

use crate::api_types::ErrorCode;
use crate::value::Value;

/// Why a call failed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Error {
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

impl Error {
    /// A failure on the client's side.
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            status: None,
            request_id: None,
            retry_after_ms: None,
            left_behind: None,
        }
    }

    /// A call that was given something it can't use.
    pub fn invalid(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InvalidArgument, message)
    }

    /// A failure that the server reported, from the body it sent along.
    ///
    /// `{"error": "…", "code": "…"}` is the rule. Proxies answer with pages and some services with
    /// `message`, or with an object under `error`; each still yields a sentence.
    pub fn from_answer(status: u16, body: &Value, call: &str) -> Self {
        let nested = body
            .get("error")
            .filter(|error| matches!(error, Value::Object(_)));
        let source = nested.unwrap_or(body);
        let code = source.text("code").and_then(ErrorCode::from_code);
        let said = [source.text("error"), source.text("message")];
        let message = match said
            .into_iter()
            .flatten()
            .find(|text| !text.trim().is_empty())
        {
            Some(sentence) => sentence.to_owned(),
            None => describe(status, body, call),
        };
        Self {
            status: Some(status),
            ..Self::new(code.unwrap_or(ErrorCode::from_status(status)), message)
        }
    }

    /// The same failure, of a call that had already made something.
    pub fn leaving(mut self, id: &str) -> Self {
        self.message = format!("{} `{id}` was made and is still there.", self.message);
        self.left_behind = Some(id.to_owned());
        self
    }

    /// Whether the same call may succeed later with nothing changed.
    pub const fn retryable(&self) -> bool {
        self.code.retryable()
    }

    /// The members that a JavaScript error gets.
    pub fn to_value(&self) -> Value {
        let text = |text: &Option<String>| text.as_deref().map_or(Value::Null, Value::from);
        Value::object([
            ("code", self.code.as_str().into()),
            ("message", self.message.as_str().into()),
            (
                "status",
                self.status
                    .map_or(Value::Null, |status| f64::from(status).into()),
            ),
            ("requestId", text(&self.request_id)),
            ("retryable", self.retryable().into()),
            ("leftBehind", text(&self.left_behind)),
        ])
    }
}

impl std::fmt::Display for Error {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str(&self.message)
    }
}

impl std::error::Error for Error {}

/// A sentence for an answer that has none of its own.
fn describe(status: u16, body: &Value, call: &str) -> String {
    let said = match body {
        Value::Text(text) => excerpt(text),
        _ => String::new(),
    };
    let end = if said.is_empty() { "." } else { ": " };
    format!("{call}: the server answered with status {status}{end}{said}")
}

/// The first words of a page, without its tags.
fn excerpt(page: &str) -> String {
    let mut words = String::new();
    let mut in_tag = false;
    for letter in page.chars().take(4000) {
        match letter {
            '<' => in_tag = true,
            '>' if in_tag => {
                in_tag = false;
                words.push(' ');
            }
            _ if in_tag => {}
            letter => words.push(letter),
        }
    }
    let mut text = String::new();
    for word in words.split_whitespace() {
        if text.len() + word.len() > 200 {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        text.push_str(word);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::Error;
    use crate::api_types::ErrorCode;
    use crate::value::Value;

    #[test]
    fn a_sentence_is_found_in_every_shape_of_body() {
        let nested = Value::object([
            ("message", "No such box".into()),
            ("code", "box_not_found".into()),
        ]);
        for (body, code, message) in [
            (
                Value::object([
                    ("error", "gone".into()),
                    ("code", "snapshot_not_found".into()),
                ]),
                "snapshot_not_found",
                "gone",
            ),
            (
                Value::object([("error", "gone".into()), ("code", "made_up".into())]),
                "not_found",
                "gone",
            ),
            (
                Value::object([("message", "gone".into())]),
                "not_found",
                "gone",
            ),
            (
                Value::object([("error", nested)]),
                "box_not_found",
                "No such box",
            ),
            (
                Value::object([("error", "".into())]),
                "not_found",
                "Box.get: the server answered with status 404.",
            ),
            (
                Value::object([("error", 7.0.into())]),
                "not_found",
                "Box.get: the server answered with status 404.",
            ),
            (
                Value::Null,
                "not_found",
                "Box.get: the server answered with status 404.",
            ),
            (
                Value::from("<html><title>Not found</title>\n<p>nginx</html>"),
                "not_found",
                "Box.get: the server answered with status 404: Not found nginx",
            ),
        ] {
            let error = Error::from_answer(404, &body, "Box.get");
            assert_eq!(
                (error.code.as_str(), error.message.as_str(), error.status),
                (code, message, Some(404))
            );
        }
    }

    #[test]
    fn every_row_crosses_in_both_directions() {
        for row in ErrorCode::ALL {
            let body = Value::object([("error", "x".into()), ("code", row.as_str().into())]);
            let error = Error::from_answer(row.status().unwrap_or(500), &body, "Box.get");
            assert_eq!(error.code, *row);
            assert_eq!(error.retryable(), row.retryable());
            assert_eq!(error.to_value().text("code"), Some(row.as_str()));
        }
    }

    #[test]
    fn what_was_left_behind_is_named() {
        let error = Error::new(ErrorCode::Timeout, "Too late.").leaving("calm-otter-1");
        assert_eq!(
            error.message,
            "Too late. `calm-otter-1` was made and is still there."
        );
        assert_eq!(error.to_value().text("leftBehind"), Some("calm-otter-1"));
    }
}
