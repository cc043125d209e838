//! What comes back from a call, and how JavaScript sees it.
//!
//! Members that a later server adds pass through under their camelCase names.

use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::json::{Json, Type};
use crate::key_case::to_camel;
use crate::sentence::sentence;

/// The shape of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Only that it worked.
    Nothing,
    /// An object, passed on.
    Object,
    /// An object with an `id` and a `status`.
    Resource,
    /// A list of these, under this name; a bare one when the name is empty.
    Resources(&'static str),
    /// A list of objects under this name.
    List(&'static str),
    /// What a command did.
    Run,
    /// The text under this name.
    Text(&'static str),
    /// A stream of bytes.
    Stream,
}

impl Answer {
    /// The answer as JavaScript sees it.
    ///
    /// # Errors
    ///
    /// `invalid_response` when it is not what the API promises.
    pub fn read<J: Json>(self, body: &J, call: &str) -> Result<J, Error> {
        let read = match self {
            Self::Nothing => Some(J::null()),
            Self::Object => object(body, &[]),
            Self::Resource => object(body, RESOURCE),
            Self::Resources("") => list(body, RESOURCE),
            Self::Resources(name) => list(&body.get(name), RESOURCE),
            Self::List(name) => list(&body.get(name), &[]),
            Self::Run => run(body),
            Self::Text(name) => Some(body.get(name)).filter(|text| text.kind() == Type::Text),
            Self::Stream => Some(body.clone()).filter(|stream| !stream.is_null()),
        };
        read.ok_or_else(|| {
            let promise =
                ": the server's answer is not what the Box API promises; is `baseUrl` right?";
            Error::new(ErrorCode::InvalidResponse, sentence(&[call, promise]))
        })
    }
}

/// Texts without which a box or a snapshot can't be used.
const RESOURCE: &[&str] = &["id", "status"];

fn object<J: Json>(body: &J, needed: &[&str]) -> Option<J> {
    let complete = body.kind() == Type::Object
        && needed
            .iter()
            .all(|name| body.get(name).kind() == Type::Text);
    complete.then(|| to_camel(body))
}

/// A list; some services say `null` for an empty one.
fn list<J: Json>(body: &J, needed: &[&str]) -> Option<J> {
    if !matches!(body.kind(), Type::List | Type::Null) {
        return None;
    }
    let mut list = Some(J::list());
    body.each(&mut |_, item| match (&mut list, object(&item, needed)) {
        (Some(list), Some(item)) => list.push(&item),
        _ => list = None,
    });
    list
}

/// A finished command. Its result is what it printed, or what it complained about when it failed.
fn run<J: Json>(body: &J) -> Option<J> {
    let exit_code = body.get("exit_code");
    let failed = exit_code.number()? != 0.0;
    let text = |name| {
        Some(body.get(name))
            .filter(|text| text.kind() == Type::Text)
            .unwrap_or_else(|| J::from_text(""))
    };
    let stdout = text("output");
    let stderr = text("error");
    let result = if failed && stderr.is_something() {
        &stderr
    } else {
        &stdout
    };
    let status = J::from_text(if failed { "failed" } else { "completed" });
    let mut run = J::object();
    for (name, value) in [
        ("id", &body.get("run_id")),
        ("status", &status),
        ("result", result),
        ("stdout", &stdout),
        ("stderr", &stderr),
        ("exitCode", &exit_code),
        ("cpuNs", &body.get("cpu_ns")),
    ] {
        if !value.is_null() {
            run.set(name, value);
        }
    }
    Some(run)
}
