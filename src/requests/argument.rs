//! Reads one argument: checks it, and gives it the form in which it travels.

use super::{Field, Kind, Place, Route};
use crate::box_path::{WORKSPACE, folder, resolve};
use crate::error::Error;
use crate::key_case::to_snake;
use crate::value::Value;

/// Whether a row has an option.
pub(super) enum Known {
    /// It is a field.
    Whole,
    /// Its members are fields.
    Group,
    /// It is neither.
    No,
}

/// What a row makes of an option's name. `cwd` is the handle's own and goes with every call.
pub(super) fn knows(route: &Route, name: &str) -> Known {
    if name == "cwd" || route.fields.iter().any(|field| field.js == name) {
        Known::Whole
    } else if route.fields.iter().any(|field| {
        field
            .js
            .strip_prefix(name)
            .is_some_and(|rest| rest.starts_with('.'))
    }) {
        Known::Group
    } else {
        Known::No
    }
}

/// The argument as it travels; `None` when it does not.
pub(super) fn read(
    route: &Route,
    field: &Field,
    arguments: &Value,
) -> Result<Option<Value>, Error> {
    let cwd = arguments.text("cwd").unwrap_or(WORKSPACE);
    let Some(given) = arguments.at(field.js) else {
        return match field.kind {
            Kind::Folder | Kind::Directory => Ok(folder(cwd).map(Value::Text)),
            _ if field.required => Err(wrong(route, field)),
            _ => Ok(None),
        };
    };
    let travels = match (field.kind, given) {
        (Kind::Path, Value::Text(path)) if !path.is_empty() => {
            Some(resolve(cwd, path).as_str().into())
        }
        (Kind::Folder, Value::Text(path)) if !path.is_empty() => {
            folder(&resolve(cwd, path)).map(Value::Text)
        }
        (Kind::Directory, Value::Text(path)) if !path.is_empty() => {
            Some(resolve(cwd, path).as_str().into())
        }
        (Kind::Flag, Value::Bool(flag)) => flag.then_some(Value::Bool(true)),
        (Kind::Command, Value::Text(command)) if !command.is_empty() => {
            Some(Value::List(["sh", "-c", command].map(Value::from).into()))
        }
        (Kind::Structure, Value::Object(_) | Value::List(_)) => Some(to_snake(given)),
        (Kind::McpServers, Value::List(servers)) => {
            let servers = servers.iter().map(mcp_server).collect::<Option<_>>();
            Some(Value::List(servers.ok_or_else(|| wrong(route, field))?))
        }
        (kind, given) if is_as_it_must(kind, given) => Some(given.clone()),
        _ => return Err(wrong(route, field)),
    };
    Ok(travels)
}

/// Whether a value that travels as it is has the form it must have.
fn is_as_it_must(kind: Kind, given: &Value) -> bool {
    match (kind, given) {
        (Kind::Text, Value::Text(text)) => !text.is_empty(),
        // A header or a segment of these would change the request.
        (Kind::Id, Value::Text(text)) => {
            !matches!(text.as_str(), "" | "." | "..") && !text.chars().any(char::is_control)
        }
        (Kind::Count, Value::Number(number)) => {
            *number >= 0.0 && number.trunc() == *number && *number < 9.0e15
        }
        (Kind::Texts, Value::List(items)) => {
            items.iter().all(|item| matches!(item, Value::Text(_)))
        }
        (Kind::Ids, Value::List(items)) => {
            !items.is_empty() && items.iter().all(|item| is_as_it_must(Kind::Text, item))
        }
        (Kind::Command, Value::List(items)) => {
            is_as_it_must(Kind::Texts, given)
                && items
                    .first()
                    .is_some_and(|item| is_as_it_must(Kind::Text, item))
        }
        (Kind::TextMap, Value::Object(members)) => members
            .iter()
            .all(|(_, value)| matches!(value, Value::Text(_))),
        (Kind::Any, Value::Object(_)) => true,
        _ => false,
    }
}

/// `{ name, package, args }` or `{ name, url, headers }` as it travels.
fn mcp_server(server: &Value) -> Option<Value> {
    let (source, address) = match (server.text("package"), server.text("url")) {
        (Some(package), None) => ("npm", package),
        (None, Some(url)) => ("url", url),
        _ => return None,
    };
    let mut travels = Value::object([
        ("name", server.text("name")?.into()),
        ("source", source.into()),
        ("package_or_url", address.into()),
    ]);
    for extra in ["args", "headers"] {
        if let Some(value) = server.get(extra) {
            travels.push(extra, value.clone());
        }
    }
    Some(travels)
}

fn wrong(route: &Route, field: &Field) -> Error {
    let what = if matches!(field.place, Place::Path) {
        "argument"
    } else {
        "option"
    };
    Error::invalid(format!(
        "{}: {what} `{}` must be {}.",
        route.name,
        field.js,
        field.kind.expected()
    ))
}
