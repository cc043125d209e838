//! The table of routes: rows of text, each read when it is first used.
//!
//! Text, because a row costs little more than its words that way, and because both languages read it:
//! `pkg/build.mjs` puts the same files into the JavaScript, which hands them over once.

use std::sync::OnceLock;

use super::Route;
use super::row;
use crate::sentence::cut;

/// The rows as they stand in `rows/`: each begins at the start of a line, and indented lines belong to it.
#[cfg(not(all(feature = "npm", target_arch = "wasm32")))]
const ROWS: &str = concat!(
    include_str!("rows/boxes.txt"),
    include_str!("rows/lifecycle.txt"),
    include_str!("rows/settings.txt"),
    include_str!("rows/snapshots.txt"),
    include_str!("rows/snapshot_contents.txt"),
    include_str!("rows/exec.txt"),
    include_str!("rows/files.txt"),
    include_str!("rows/git.txt"),
    include_str!("rows/agent.txt"),
    include_str!("rows/schedules.txt"),
    include_str!("rows/browser.txt"),
);
/// The rows, each in one line.
#[cfg(not(all(feature = "npm", target_arch = "wasm32")))]
fn rows() -> &'static str {
    let mut rows = String::new();
    for line in ROWS.lines() {
        match line.as_bytes() {
            [] | [b'#', ..] => {}
            [b' ', ..] => rows.push_str(line),
            _ => {
                rows.push('\n');
                rows.push_str(line);
            }
        }
    }
    rows.leak().trim_ascii_start()
}
/// JavaScript has them, and gives them to [`load`].
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
const fn rows() -> &'static str {
    ""
}

static TABLE: OnceLock<Vec<Row>> = OnceLock::new();

/// One row.
#[derive(Debug)]
struct Row {
    name: &'static str,
    text: &'static str,
    route: OnceLock<Option<Route>>,
}

impl Row {
    fn route(&'static self) -> Option<&'static Route> {
        let read = || row::read(self.text, &|name| find(name).map(|row| row.text));
        self.route.get_or_init(read).as_ref()
    }
}

/// Takes the rows from JavaScript, before the first call.
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
pub(crate) fn load(text: String) {
    let _ = TABLE.set(split(text.leak()));
}

/// Every row.
pub fn routes() -> impl Iterator<Item = &'static Route> {
    table().iter().filter_map(Row::route)
}

/// The row of this name.
pub fn route(name: &str) -> Option<&'static Route> {
    find(name)?.route()
}

/// The row at this place.
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
pub(crate) fn route_at(place: usize) -> Option<&'static Route> {
    table().get(place)?.route()
}

/// Where the row of this name stands.
#[cfg(all(feature = "npm", target_arch = "wasm32"))]
pub(crate) fn place_of(name: &str) -> Option<usize> {
    table().iter().position(|row| row.name == name)
}

fn find(name: &str) -> Option<&'static Row> {
    table().iter().find(|row| row.name == name)
}

fn table() -> &'static [Row] {
    TABLE.get_or_init(|| split(rows()))
}

/// Only finds where each row begins: most are never read.
fn split(mut text: &'static str) -> Vec<Row> {
    let mut rows = Vec::new();
    while !text.is_empty() {
        let (row, rest) = cut(text, b'\n');
        rows.push(Row {
            name: row::name(row),
            text: row,
            route: OnceLock::new(),
        });
        text = rest;
    }
    rows
}

#[cfg(test)]
mod tests {
    use super::{route, table};

    #[test]
    fn every_row_can_be_read_and_has_a_name_of_its_own() {
        for row in table() {
            assert!(row.route().is_some(), "{}", row.text);
            let same = table().iter().filter(|other| other.name == row.name);
            assert_eq!(same.count(), 1, "{}", row.name);
        }
        assert!(table().len() > 20);
        assert!(route("Box.nothing").is_none());
    }
}
