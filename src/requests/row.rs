//! Reads one row of the table.
//!
//! ```text
//! box.git.clone()  POST /v2/box/{id}/git/clone  repo!  depth:count  token=github_token  =object
//! ```
//!
//! | word | means |
//! | --- | --- |
//! | `name`, `name()`, `name(a, b)` | the call; with parentheses `pkg/src/methods.js` makes the method |
//! | `GET`, `/v2/box/{id}` | method and path; each `{argument}` or `{port:count}` is a segment |
//! | `labels` | a member of the body, `labels` on the wire; `keepAlive` is `keep_alive` there |
//! | `?label` | a member of the query |
//! | `@key=Header-Name` | a header that makes the request safe to repeat |
//! | `*form` | the whole body, which travels as it is |
//! | `token=github_token` | another name on the wire |
//! | `depth:count` | what it must be, see [`Kind`]; text when it does not say |
//! | `repo!` | the call needs it |
//! | `...Box.create`, `-ttl` | the arguments of another row; all but one |
//! | `=list:files` | what comes back, see [`Answer`]: the list under `files`; nothing when it does not say |
//! | `wait:box` | what to wait for after that, see [`Wait`] |
//!
//! After a colon in the name stands which of two requests it is: messages leave that out.

use super::{Answer, Field, Kind, Method, Place, Route};
use crate::key_case::snake;
use crate::sentence::cut;
use crate::waiting::Wait;

/// The name of the call in a row; empty for a comment or an empty line.
pub(super) fn name(row: &'static str) -> &'static str {
    let name = cut(cut(row.trim_ascii_end(), b' ').0, b'(').0;
    if name.starts_with('#') { "" } else { name }
}

/// What a row says; `None` when it has a word that means nothing. `other` finds the text of another row.
pub(super) fn read(
    row: &'static str,
    other: &dyn Fn(&str) -> Option<&'static str>,
) -> Option<Route> {
    // The names of a method's parameters stand in its path or among the fields as well.
    let (_, rest) = cut(row, b'/');
    let before = row.get(..row.len() - rest.len() - 1)?;
    let method = Method::from_word(before.split_ascii_whitespace().next_back()?)?;
    let path = rest.split_ascii_whitespace().next()?;
    let mut route = Route {
        name: cut(name(row), b':').0,
        method,
        path: row.get(before.len()..before.len() + 1 + path.len())?,
        fields: Vec::new(),
        answer: Answer::Nothing,
        wait: None,
    };
    for part in path.split('{').skip(1) {
        let (js, kind) = cut(cut(part, b'}').0, b':');
        let kind = if kind.is_empty() { "id" } else { kind };
        route.fields.push(Field::path(js, Kind::from_word(kind)?));
    }
    fields(&mut route, rest.get(path.len()..)?, other)?;
    Some(route)
}

fn fields(
    route: &mut Route,
    words: &'static str,
    other: &dyn Fn(&str) -> Option<&'static str>,
) -> Option<()> {
    for word in words.split_ascii_whitespace() {
        if let Some(name) = word.strip_prefix("...") {
            let spread = read(other(name)?, other)?.fields;
            let own = |field: &Field| !route.fields.iter().any(|own| own.js == field.js);
            let spread: Vec<Field> = spread.into_iter().filter(own).collect();
            route.fields.extend(spread);
        } else if let Some(name) = word.strip_prefix('-') {
            route.fields.retain(|field| field.js != name);
        } else if let Some(answer) = word.strip_prefix('=') {
            route.answer = Answer::from_word(answer)?;
        } else if let Some(what) = word.strip_prefix("wait:") {
            route.wait = Some(Wait::from_word(what)?);
        } else {
            route.fields.push(field(word)?);
        }
    }
    Some(())
}

fn field(word: &'static str) -> Option<Field> {
    let (place, word) = match word.as_bytes() {
        [b'?', ..] => (Place::Query, word.get(1..)?),
        [b'@', ..] => (Place::Header, word.get(1..)?),
        [b'*', ..] => (Place::Whole, word.get(1..)?),
        _ => (Place::Body, word),
    };
    let required = word.ends_with('!');
    let (word, kind) = cut(word.trim_end_matches('!'), b':');
    let (js, wire) = cut(word, b'=');
    Some(Field {
        js,
        wire: if wire.is_empty() {
            snake(js).leak()
        } else {
            wire
        },
        place,
        kind: Kind::from_word(kind)?,
        required,
    })
}
