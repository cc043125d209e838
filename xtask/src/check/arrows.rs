//! Which module may name which: arrows point one way, and a new one is a decision that is made here.

use anyhow::Result;

use super::source_files::{self, SourceFile, none_of};
use crate::workspace::Workspace;

/// The files of a module, and the other modules of its crate that their code may name.
struct Arrows {
    from: &'static str,
    to: &'static [&'static str],
}

/// The first row that a file belongs to counts. A file without a row, such as a crate's root, puts the
/// others together.
const ARROWS: &[Arrows] = &[
    // The server, from the kernel up.
    row("server/src/linux", &[]),
    row("server/src/private_file", &[]),
    row("server/src/outbound", &[]),
    row("server/src/connections", &[]),
    row("server/src/json_check", &["linux"]),
    row("server/src/egress", &["private_file"]),
    // Tries a whole box, so it needs a disk for one.
    row("server/src/sandbox/probe", &["linux", "snapshots"]),
    row("server/src/sandbox", &["linux"]),
    row("server/src/box_files", &["linux", "sandbox"]),
    row(
        "server/src/snapshots",
        &["linux", "private_file", "sandbox"],
    ),
    row("server/src/store", &["snapshots"]),
    row(
        "server/src/boxes",
        &[
            "box_files",
            "egress",
            "json_check",
            "linux",
            "outbound",
            "private_file",
            "sandbox",
            "snapshots",
            "store",
        ],
    ),
    // It says what errors of the lower layers mean, and what their records hold; how much may be asked
    // of it stands among the server's settings.
    row(
        "server/src/http",
        &[
            "box_files",
            "boxes",
            "outbound",
            "sandbox",
            "server",
            "snapshots",
            "store",
        ],
    ),
    row(
        "server/src/server",
        &[
            "boxes",
            "connections",
            "egress",
            "http",
            "linux",
            "outbound",
            "sandbox",
            "snapshots",
            "store",
        ],
    ),
    row(
        "server/src/cli",
        &[
            "boxes",
            "linux",
            "outbound",
            "private_file",
            "sandbox",
            "server",
            "snapshots",
        ],
    ),
    // The SDK, from its shapes up.
    row("src/json", &[]),
    row("src/sentence", &[]),
    row("src/event_stream", &[]),
    row("src/exec_stream", &[]),
    row("src/api_types", &[]),
    row("src/box_path", &["sentence"]),
    row("src/key_case", &["json"]),
    row("src/error", &["api_types", "json", "sentence"]),
    row("src/retry", &["api_types", "error"]),
    row("src/waiting", &["api_types", "error", "json", "sentence"]),
    row(
        "src/requests",
        &[
            "api_types",
            "box_path",
            "error",
            "json",
            "key_case",
            "sentence",
            "waiting",
        ],
    ),
    row(
        "src/account",
        &["api_types", "box_path", "error", "requests", "sentence"],
    ),
    row(
        "src/transport",
        &[
            "account",
            "api_types",
            "error",
            "json",
            "requests",
            "sentence",
        ],
    ),
    row(
        "src/client",
        &[
            "api_types",
            "error",
            "json",
            "requests",
            "retry",
            "sentence",
            "transport",
            "waiting",
        ],
    ),
    row(
        "src/service",
        &[
            "account",
            "api_types",
            "client",
            "error",
            "event_stream",
            "exec_stream",
            "requests",
            "sentence",
            "transport",
        ],
    ),
    row(
        "src/js",
        &[
            "account",
            "api_types",
            "client",
            "error",
            "event_stream",
            "exec_stream",
            "json",
            "requests",
            "sentence",
            "transport",
        ],
    ),
];

impl Arrows {
    /// The folder of the crate's source.
    fn source(&self) -> &'static str {
        self.from
            .split_once("src/")
            .map_or("", |(source, _)| source)
    }

    /// Its name in the crate, or that of the module around it.
    fn module(&self) -> &'static str {
        let path = self.from.split_once("src/").map_or("", |(_, path)| path);
        path.split('/').next().unwrap_or_default()
    }
}

const fn row(from: &'static str, to: &'static [&'static str]) -> Arrows {
    Arrows { from, to }
}

/// Fails with every line that names what its module may not.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let files = source_files::all(workspace)?;
    let rust_files = files.iter().filter(|file| file.extension() == "rs");
    none_of(rust_files.flat_map(against_the_arrows).collect())
}

fn against_the_arrows(file: &SourceFile) -> Vec<String> {
    let Some(arrows) = ARROWS.iter().find(|row| file.belongs_to(row.from)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (number, line) in file.code_lines() {
        for named in line.split("crate::").skip(1).map(first_word) {
            // Within its own folder a module may write its whole name.
            let is_own = arrows.module() == named;
            // What is no module here is an item of the crate's root.
            let is_module = ARROWS
                .iter()
                .any(|row| row.source() == arrows.source() && row.module() == named);
            if is_module && !is_own && !arrows.to.contains(&named) {
                found.push(format!(
                    "{}:{number}: `crate::{named}`: {} may name {:?}",
                    file.path, arrows.from, arrows.to
                ));
            }
        }
    }
    found
}

fn first_word(text: &str) -> &str {
    let end = text.find(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    text.get(..end.unwrap_or(text.len())).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(path: &str, text: &str) -> usize {
        against_the_arrows(&SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        })
        .len()
    }

    #[test]
    fn an_arrow_that_points_up_is_found_and_one_that_points_down_is_not() {
        assert_eq!(
            found("server/src/linux/mount.rs", "use crate::boxes::Boxes;"),
            1
        );
        assert_eq!(found("server/src/boxes.rs", "crate::http::error()"), 1);
        assert_eq!(
            found("src/requests/row.rs", "use crate::client::Client;"),
            1
        );
        assert_eq!(
            found("server/src/boxes/exec.rs", "use crate::store::Store;"),
            0
        );
        assert_eq!(
            found("server/src/boxes/exec.rs", "use crate::boxes::idle;"),
            0
        );
        assert_eq!(
            found("server/src/linux.rs", "// crate::boxes calls this"),
            0
        );
    }

    #[test]
    fn a_row_counts_before_the_one_that_holds_it() {
        let line = "use crate::snapshots::Image;";
        assert_eq!(found("server/src/sandbox/probe.rs", line), 0);
        assert_eq!(found("server/src/sandbox/init.rs", line), 1);
    }

    #[test]
    fn no_two_modules_may_name_each_other() {
        for (number, row) in ARROWS.iter().enumerate() {
            for below in row.to {
                let other = ARROWS
                    .iter()
                    .position(|other| other.source() == row.source() && other.module() == *below);
                // The exceptions are told in their rows.
                let is_told = row.from.ends_with("/probe") || *below == "server";
                assert!(
                    other.is_some() && (is_told || other < Some(number)),
                    "{} → {below}",
                    row.from
                );
            }
        }
    }
}
