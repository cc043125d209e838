//! What comes back from a call, and how JavaScript sees it.
//!
//! Members that a later server adds pass through under their camelCase names.

use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::key_case::to_camel;
use crate::value::Value;

/// The shape of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Only that it worked.
    Nothing,
    /// An object, passed on.
    Object,
    /// A box.
    Box,
    /// A bare list of boxes.
    Boxes,
    /// A snapshot.
    Snapshot,
    /// Snapshots under `snapshots`.
    Snapshots,
    /// A list under this name.
    List(&'static str),
    /// What a command did.
    Run,
    /// The text under this name, which goes to JavaScript without passing through here.
    Payload(&'static str),
    /// A stream of bytes.
    Stream,
}

impl Answer {
    /// The answer as JavaScript sees it.
    ///
    /// # Errors
    ///
    /// `invalid_response` when it is not what the API promises.
    pub fn read(self, body: Value, call: &str) -> Result<Value, Error> {
        let read = match self {
            Self::Nothing | Self::Payload(_) | Self::Stream => Some(Value::Null),
            Self::Object => object(body, &[]),
            Self::Box => object(body, BOX),
            Self::Snapshot => object(body, SNAPSHOT),
            Self::Boxes => list(body, BOX),
            Self::Snapshots => member(body, "snapshots").and_then(|items| list(items, SNAPSHOT)),
            Self::List(name) => member(body, name).and_then(|items| list(items, &[])),
            Self::Run => run(&body),
        };
        read.ok_or_else(|| unexpected(call))
    }
}

/// Texts without which a box or snapshot can't be used.
const BOX: &[&str] = &["id", "status"];
const SNAPSHOT: &[&str] = &["id", "status"];

/// The failure of an answer that breaks the API's promise.
pub(crate) fn unexpected(call: &str) -> Error {
    Error::new(
        ErrorCode::InvalidResponse,
        format!(
            "{call}: the server's answer is not what the Box API promises; is `baseUrl` right?"
        ),
    )
}

fn object(body: Value, needed: &[&str]) -> Option<Value> {
    let complete =
        matches!(body, Value::Object(_)) && needed.iter().all(|name| body.text(name).is_some());
    complete.then(|| to_camel(body))
}

/// A list; some services say `null` for an empty one.
fn list(body: Value, needed: &[&str]) -> Option<Value> {
    match body {
        Value::Null => Some(Value::List(Vec::new())),
        Value::List(items) => items
            .into_iter()
            .map(|item| object(item, needed))
            .collect::<Option<_>>()
            .map(Value::List),
        _ => None,
    }
}

fn member(body: Value, name: &str) -> Option<Value> {
    let Value::Object(members) = body else {
        return None;
    };
    Some(
        members
            .into_iter()
            .find_map(|(member, value)| (member == name).then_some(value))
            .unwrap_or_default(),
    )
}

/// A finished command. Its result is what it printed, or what it complained about when it failed.
fn run(body: &Value) -> Option<Value> {
    let exit_code = body.number("exit_code")?;
    let stdout = body.text("output").unwrap_or_default();
    let stderr = body.text("error").unwrap_or_default();
    let failed = exit_code != 0.0;
    let result = if failed && !stderr.is_empty() {
        stderr
    } else {
        stdout
    };
    let mut run = Value::object([
        ("status", if failed { "failed" } else { "completed" }.into()),
        ("result", result.into()),
        ("stdout", stdout.into()),
        ("stderr", stderr.into()),
        ("exitCode", exit_code.into()),
        (
            "cpuNs",
            body.number("cpu_ns").map_or(Value::Null, Value::from),
        ),
    ]);
    if let Some(id) = body.text("run_id") {
        run.push("id", id.into());
    }
    Some(run)
}
