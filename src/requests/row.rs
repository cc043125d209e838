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
//! | `@key=Header-Name` | a header |
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

/// The name of the call in a row.
pub(super) fn name(row: &'static str) -> &'static str {
    cut(cut(row, b' ').0, b'(').0
}

/// What a row says; `None` when it has a word that means nothing. `other` finds the text of another row.
pub(super) fn read(
    row: &'static str,
    other: &dyn Fn(&str) -> Option<&'static str>,
) -> Option<Route> {
    let mut words = row.split_ascii_whitespace();
    // The names of a method's parameters stand in its path or among the fields as well.
    let method = words.find_map(Method::from_word)?;
    let path = words.next()?;
    let mut route = Route {
        name: cut(name(row), b':').0,
        method,
        path,
        fields: Vec::new(),
        answer: Answer::Nothing,
        wait: None,
    };
    let mut rest = cut(path, b'{').1;
    while !rest.is_empty() {
        let (segment, after) = cut(rest, b'}');
        let (js, kind) = cut(segment, b':');
        let kind = if kind.is_empty() { "id" } else { kind };
        route.fields.push(Field::path(js, Kind::from_word(kind)?));
        rest = cut(after, b'{').1;
    }
    for word in words {
        if let Some(name) = word.strip_prefix("...") {
            for field in read(other(name)?, other)?.fields {
                if !route.fields.iter().any(|own| own.js == field.js) {
                    route.fields.push(field);
                }
            }
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
    Some(route)
}

fn field(word: &'static str) -> Option<Field> {
    let (place, word) = match word.as_bytes() {
        [b'?', ..] => (Place::Query, word.get(1..)?),
        [b'@', ..] => (Place::Header, word.get(1..)?),
        [b'*', ..] => (Place::Whole, word.get(1..)?),
        _ => (Place::Body, word),
    };
    let needed = word.strip_suffix('!');
    let (word, kind) = cut(needed.unwrap_or(word), b':');
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
        required: needed.is_some(),
    })
}
