//! Arguments in, one HTTP request out: the table of routes and the one function that reads it.
//!
//! A call of the SDK is a row: method, path, where each argument goes, and what comes back. The rows
//! stand in `requests/rows`, a file per resource; `row.rs` says how they read. Nothing here sends anything.

mod answer;
mod argument;
mod field;
mod row;
pub(crate) mod table;

use crate::box_path::encode;
use crate::error::Error;
use crate::json::Json;
use crate::sentence::{cut, push, sentence};
use crate::waiting::Wait;

pub use answer::{Answer, unexpected};
pub use field::{Field, Kind, Place};
pub use table::{route, routes};

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something, perhaps twice if sent twice.
    Post,
    /// Sets; the same again changes nothing.
    Put,
    /// Sets some members; the same again changes nothing.
    Patch,
    /// Removes; the same again changes nothing.
    Delete,
}

impl Method {
    /// As it travels.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        }
    }

    fn from_word(word: &str) -> Option<Self> {
        let all = [Self::Get, Self::Post, Self::Put, Self::Patch, Self::Delete];
        all.into_iter().find(|method| method.as_str() == word)
    }
}

/// One call of the SDK.
#[derive(Debug)]
pub struct Route {
    /// What the user wrote, for example `Box.create`; messages begin with it.
    pub name: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path; a name in braces stands for each argument with [`Place::Path`], in order.
    pub path: &'static str,
    /// The arguments it takes.
    pub fields: Vec<Field>,
    /// What comes back.
    pub answer: Answer,
    /// What to wait for once it was answered.
    pub wait: Option<&'static Wait>,
}

/// One HTTP request, ready but for base URL and key.
#[derive(Clone, Debug, PartialEq)]
pub struct Request<J> {
    /// The call it is made for.
    pub name: &'static str,
    /// Its method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Headers that only this request has.
    pub headers: Vec<(&'static str, String)>,
    /// The body, if it has one.
    pub body: Option<J>,
    /// Whether the body travels as it is, not as JSON.
    pub is_raw: bool,
    /// What comes back.
    pub answer: Answer,
    /// Whether sending it twice does no more than sending it once.
    pub repeatable: bool,
}

/// The request that a row makes of these arguments, by name.
///
/// # Errors
///
/// With a sentence naming the option, when one is missing or is not what it must be.
pub fn build<J: Json>(route: &Route, arguments: &J) -> Result<Request<J>, Error> {
    let named = |field: &Field| match cut(field.js, b'.') {
        (name, "") => arguments.get(name),
        (group, name) => arguments.get(group).get(name),
    };
    let values: Vec<J> = route.fields.iter().map(named).collect();
    request_of(route, &values, &arguments.get("cwd"))
}

/// The same, of arguments in the order of the row's fields.
pub(crate) fn request_of<J: Json>(
    route: &Route,
    values: &[J],
    cwd: &J,
) -> Result<Request<J>, Error> {
    let mut request = Request {
        name: route.name,
        method: route.method,
        target: String::new(),
        headers: Vec::new(),
        body: None,
        is_raw: false,
        answer: route.answer,
        repeatable: !matches!(route.method, Method::Post),
    };
    let (start, mut path) = cut(route.path, b'{');
    push(&mut request.target, start);
    for (field, given) in route.fields.iter().zip(values) {
        let value = argument::read(route, field, given, cwd)?;
        match (field.place, value.text()) {
            (Place::Body, _) => {
                let body = request.body.get_or_insert_with(J::object);
                if field.kind == Kind::Clear {
                    if value.is_something() {
                        body.set(field.wire, &J::null());
                    }
                } else if !value.is_null() {
                    body.set(field.wire, &value);
                }
            }
            (Place::Whole, _) => {
                request.is_raw = true;
                request.body = Some(value);
            }
            (Place::Path, Some(text)) => {
                let mut rest = text.as_str();
                while field.kind == Kind::Segments && rest.bytes().any(|byte| byte == b'/') {
                    let (segment, others) = cut(rest, b'/');
                    encode(&mut request.target, segment);
                    request.target.push('/');
                    rest = others;
                }
                encode(&mut request.target, rest);
                let (segment, rest) = cut(cut(path, b'}').1, b'{');
                push(&mut request.target, segment);
                path = rest;
            }
            (Place::Query, Some(text)) => {
                let first = !request.target.bytes().any(|byte| byte == b'?');
                request.target.push(if first { '?' } else { '&' });
                push(&mut request.target, field.wire);
                request.target.push('=');
                encode(&mut request.target, &text);
            }
            (Place::Header, Some(text)) => {
                request.headers.push((field.wire, text));
                request.repeatable |= field.wire == "Idempotency-Key";
            }
            (_, None) => {}
        }
    }
    Ok(request)
}

/// The options that no field of the row knows, as the user wrote them.
pub fn unknown_options<J: Json>(route: &Route, arguments: &J) -> Vec<String> {
    let mut unknown = Vec::new();
    arguments.each(&mut |name, value| match argument::knows(route, name) {
        argument::Known::Group => value.each(&mut |inner, _| {
            let full = sentence(&[name, ".", inner]);
            if argument::knows(route, &full) == argument::Known::No {
                unknown.push(full);
            }
        }),
        argument::Known::No if !value.is_null() => unknown.push(name.to_owned()),
        _ => {}
    });
    unknown
}
