//! Arguments in, one HTTP request out: the table of routes and the one function that reads it.
//!
//! A call of the SDK is a row: method, path, where each argument goes, and how the answer looks in
//! JavaScript. Nothing here sends anything. The rows stand in a file per resource.

mod agent;
mod answer;
mod argument;
mod boxes;
mod exec;
mod field;
mod files;
mod git;
mod snapshots;

use crate::box_path::encode;
use crate::error::Error;
use crate::value::Value;
use crate::waiting::Wait;

pub(crate) use answer::unexpected;

pub use answer::Answer;
pub use field::{Field, Kind, Place};

/// An HTTP method.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Does something, perhaps twice if sent twice.
    Post,
    /// Sets; the same again changes nothing.
    Put,
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
            Self::Delete => "DELETE",
        }
    }
}

/// One call of the SDK.
#[derive(Debug)]
pub struct Route {
    /// What the user wrote, for example `Box.create`; messages begin with it.
    pub name: &'static str,
    /// Its method.
    pub method: Method,
    /// Its path; `{}` stands for each argument with [`Place::Path`], in order.
    pub path: &'static str,
    /// The arguments it takes.
    pub fields: &'static [Field],
    /// What comes back.
    pub answer: Answer,
    /// What to wait for once it was answered.
    pub wait: Option<&'static Wait>,
}

/// One HTTP request, ready but for base URL and key.
#[derive(Clone, Debug, PartialEq)]
pub struct Request {
    /// The call it is made for.
    pub name: &'static str,
    /// Its method.
    pub method: Method,
    /// Path and query.
    pub target: String,
    /// Headers that only this request has.
    pub headers: Vec<(&'static str, String)>,
    /// The JSON body.
    pub body: Option<Value>,
    /// The body's member that is handed over aside, because only JavaScript needs to hold it.
    pub payload: Option<&'static str>,
    /// What comes back.
    pub answer: Answer,
    /// Whether sending it twice does no more than sending it once.
    pub repeatable: bool,
}

/// The row of this name.
pub fn route(name: &str) -> Option<&'static Route> {
    let tables = [
        boxes::ROUTES,
        snapshots::ROUTES,
        exec::ROUTES,
        files::ROUTES,
        git::ROUTES,
        agent::ROUTES,
    ];
    tables
        .into_iter()
        .flatten()
        .find(|route| route.name == name)
}

/// Every row.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    [
        boxes::ROUTES,
        snapshots::ROUTES,
        exec::ROUTES,
        files::ROUTES,
        git::ROUTES,
        agent::ROUTES,
    ]
    .into_iter()
    .flatten()
}

/// The request that a row makes of these arguments.
///
/// # Errors
///
/// With a sentence naming the option, when one is missing or is not what it must be.
pub fn build(route: &Route, arguments: &Value) -> Result<Request, Error> {
    let mut request = Request {
        name: route.name,
        method: route.method,
        target: String::new(),
        headers: Vec::new(),
        body: None,
        payload: None,
        answer: route.answer,
        repeatable: !matches!(route.method, Method::Post),
    };
    let mut segments = Vec::new();
    let mut query = String::new();
    let mut body = Vec::new();
    for field in route.fields {
        if matches!(field.place, Place::Payload) {
            request.payload = Some(field.wire);
            continue;
        }
        let Some(value) = argument::read(route, field, arguments)? else {
            continue;
        };
        match (field.place, value) {
            (Place::Path, Value::Text(text)) => segments.push(encode(&text)),
            (Place::Query, Value::Text(text)) => {
                query.push(if query.is_empty() { '?' } else { '&' });
                query.push_str(field.wire);
                query.push('=');
                query.push_str(&encode(&text));
            }
            (Place::Header, Value::Text(text)) => {
                request.headers.push((field.wire, text));
                request.repeatable = true;
            }
            (_, value) => body.push((field.wire.to_owned(), value)),
        }
    }
    let mut segments = segments.into_iter();
    for (index, part) in route.path.split("{}").enumerate() {
        if index > 0 {
            request.target.extend(segments.next());
        }
        request.target.push_str(part);
    }
    request.target.push_str(&query);
    if route
        .fields
        .iter()
        .any(|field| matches!(field.place, Place::Body | Place::Payload))
    {
        request.body = Some(Value::Object(body));
    }
    Ok(request)
}

/// The options that no field of the row knows, as the user wrote them.
pub fn unknown_options(route: &Route, arguments: &Value) -> Vec<String> {
    let mut unknown = Vec::new();
    let Value::Object(members) = arguments else {
        return unknown;
    };
    for (name, value) in members.iter().filter(|(_, value)| *value != Value::Null) {
        match argument::knows(route, name) {
            argument::Known::Whole => {}
            argument::Known::Group => {
                let Value::Object(inner) = value else {
                    continue;
                };
                for (inner_name, _) in inner {
                    let full = [name.as_str(), inner_name].join(".");
                    if matches!(argument::knows(route, &full), argument::Known::No) {
                        unknown.push(full);
                    }
                }
            }
            argument::Known::No => unknown.push(name.clone()),
        }
    }
    unknown
}
