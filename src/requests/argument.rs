//! Reads one argument: checks it, and gives it the form in which it travels.

use super::{Field, Kind, Place, Route};
use crate::box_path::{WORKSPACE, folder, resolve};
use crate::error::Error;
use crate::json::{Json, Type};
use crate::key_case::to_snake;
use crate::sentence::cut;

/// Whether a row has an option.
#[derive(PartialEq, Eq)]
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
    let mut known = if name == "cwd" {
        Known::Whole
    } else {
        Known::No
    };
    for field in &route.fields {
        match field.js.strip_prefix(name) {
            Some("") => known = Known::Whole,
            Some(rest) if rest.starts_with('.') => known = Known::Group,
            _ => {}
        }
    }
    known
}

/// The argument as it travels; null when it does not.
pub(super) fn read<J: Json>(route: &Route, field: &Field, given: &J, cwd: &J) -> Result<J, Error> {
    let cwd = || cwd.text().unwrap_or_else(|| WORKSPACE.to_owned());
    let text = |text: Option<String>| text.map_or(J::null(), |text| J::from_text(&text));
    if given.is_null() {
        return match field.kind {
            Kind::Folder | Kind::Directory => Ok(text(folder(&cwd()))),
            _ if field.required => Err(wrong(route, field)),
            _ => Ok(J::null()),
        };
    }
    let is_header = matches!(field.place, Place::Header);
    if !is_as_it_must(field.kind, given) || is_header && !given.text().is_some_and(is_ascii) {
        return Err(wrong(route, field));
    }
    Ok(match (field.kind, given.kind()) {
        (Kind::Path | Kind::Directory, _) => text(given.text().map(|path| resolve(&cwd(), &path))),
        (Kind::Folder, _) => text(
            given
                .text()
                .and_then(|path| folder(&resolve(&cwd(), &path))),
        ),
        (Kind::Flag, _) if !given.is_something() => J::null(),
        (Kind::Flag, _) if matches!(field.place, Place::Query) => J::from_text("true"),
        (Kind::Count, _) if matches!(field.place, Place::Query | Place::Path) => {
            text(given.number().map(digits))
        }
        (Kind::Command, Type::Text) => {
            let mut command = J::list();
            command.push(&J::from_text("sh"));
            command.push(&J::from_text("-c"));
            command.push(given);
            command
        }
        (Kind::Structure, _) => to_snake(given),
        (Kind::McpServers, _) => {
            let mut servers = J::list();
            given.each(&mut |_, server| servers.push(&mcp_server(&server)));
            servers
        }
        _ => given.clone(),
    })
}

/// Whether a value has the form it must have.
fn is_as_it_must<J: Json>(kind: Kind, given: &J) -> bool {
    let all = |kind, at_least| {
        let (mut fine, mut count) = (true, 0);
        given.each(&mut |_, value| {
            fine &= is_as_it_must(kind, &value);
            count += 1;
        });
        fine && count >= at_least
    };
    match (kind, given.kind()) {
        (Kind::Content, Type::Text)
        | (Kind::Flag | Kind::Switch | Kind::Clear, Type::Flag)
        | (Kind::Any, Type::Object) => true,
        (Kind::Structure, Type::List | Type::Object) => true,
        (Kind::Text | Kind::Path | Kind::Folder | Kind::Directory | Kind::Command, Type::Text) => {
            given.is_something()
        }
        (Kind::Id, Type::Text) => given.text().is_some_and(|text| is_segment(&text)),
        (Kind::Segments, Type::Text) => given.text().is_some_and(|text| {
            let (mut segment, mut rest) = cut(&text, b'/');
            while is_segment(segment) {
                if rest.is_empty() {
                    return !text.ends_with('/');
                }
                (segment, rest) = cut(rest, b'/');
            }
            false
        }),
        (Kind::Count, Type::Number) => given
            .number()
            .is_some_and(|number| number >= 0.0 && number.trunc() == number && number < 9.0e15),
        (Kind::Texts, Type::List) | (Kind::TextMap, Type::Object) => all(Kind::Content, 0),
        (Kind::Ids, Type::List) => all(Kind::Text, 1),
        (Kind::Command, Type::List) => given.get("0").is_something() && all(Kind::Content, 1),
        (Kind::McpServers, Type::List) => all(Kind::McpServers, 0),
        (Kind::McpServers, Type::Object) => {
            given.get("name").is_something()
                && given.get("package").is_something() != given.get("url").is_something()
        }
        _ => false,
    }
}

/// A dot, a line break or a letter that no header takes would change the request.
fn is_segment(text: &str) -> bool {
    !matches!(text, "" | "." | "..") && text.bytes().all(|byte| byte >= 0x20 && byte != 0x7F)
}

/// What every runtime takes for a header.
fn is_ascii(text: String) -> bool {
    text.bytes().all(|byte| matches!(byte, b' '..=b'~'))
}

/// A whole number in digits, without the formatting machinery, which weighs kilobytes.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "it was checked to be a whole number that fits"
)]
fn digits(number: f64) -> String {
    let mut rest = number as u64;
    let mut text = String::new();
    loop {
        text.insert(0, char::from(b'0' + (rest % 10) as u8));
        rest /= 10;
        if rest == 0 {
            return text;
        }
    }
}

/// `{ name, package, args }` or `{ name, url, headers }` as it travels.
fn mcp_server<J: Json>(server: &J) -> J {
    let package = server.get("package");
    let (source, address) = if package.is_null() {
        ("url", server.get("url"))
    } else {
        ("npm", package)
    };
    let mut travels = J::object();
    travels.set("name", &server.get("name"));
    travels.set("source", &J::from_text(source));
    travels.set("package_or_url", &address);
    for extra in ["args", "headers"] {
        let value = server.get(extra);
        if !value.is_null() {
            travels.set(extra, &value);
        }
    }
    travels
}

fn wrong(route: &Route, field: &Field) -> Error {
    let what = if matches!(field.place, Place::Path) {
        ": argument `"
    } else {
        ": option `"
    };
    Error::invalid(&[
        route.name,
        what,
        field.js,
        "` must be ",
        match field.place {
            Place::Header => "a string of ASCII that is not empty",
            _ => field.kind.expected(),
        },
        ".",
    ])
}
