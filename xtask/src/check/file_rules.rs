//! The shape of files: length, names, an opening that says what the file is for, no loose ends.

use anyhow::Result;

use super::source_files::{self, SourceFile, none_of};
use crate::workspace::Workspace;

const LONGEST: usize = 500;
const COUNTED: &[&str] = &["rs", "js", "mjs", "cjs", "ts", "css", "html", "sh"];
const OPENS_WITH_ITS_PURPOSE: &[&str] = &["rs", "js", "mjs", "cjs", "ts"];
/// Names that say nothing about what is inside.
const EMPTY_NAMES: &[&str] = &[
    "util", "utils", "helper", "helpers", "manager", "common", "misc",
];
/// Written in halves, so that this file doesn't hold what it looks for.
const LOOSE_ENDS: &[&str] = &[
    concat!("TO", "DO"),
    concat!("FIX", "ME"),
    concat!("#[ig", "nore"),
    concat!("test.sk", "ip("),
    concat!("test.on", "ly("),
];

/// Fails with every file that breaks a rule.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let files = source_files::all(workspace)?;
    none_of(files.iter().flat_map(findings_in).collect())
}

fn findings_in(file: &SourceFile) -> Vec<String> {
    let mut findings = Vec::new();
    let mut found = |what: String| findings.push(format!("{}: {what}", file.path));
    if file.path.ends_with("/mod.rs") {
        found("write foo.rs beside foo/ instead of foo/mod.rs".to_owned());
    }
    for name in file
        .path
        .split(['/', '.', '-', '_'])
        .filter(|name| EMPTY_NAMES.contains(name))
    {
        found(format!(
            "`{name}` says nothing: name the file after what it defines"
        ));
    }
    let lines = file.text.lines().count();
    if COUNTED.contains(&file.extension()) && lines > LONGEST {
        found(format!(
            "{lines} lines, more than {LONGEST}: it is several things, split it"
        ));
    }
    if OPENS_WITH_ITS_PURPOSE.contains(&file.extension()) && !opens_with_its_purpose(file) {
        found("must open by saying what it is for (`//!` or `/**`)".to_owned());
    }
    if COUNTED.contains(&file.extension()) {
        for (index, line) in file.text.lines().enumerate() {
            for mark in LOOSE_ENDS.iter().filter(|mark| line.contains(**mark)) {
                found(format!("line {}: `{mark}` is a loose end", index + 1));
            }
        }
    }
    findings
}

fn opens_with_its_purpose(file: &SourceFile) -> bool {
    // The documentation's own examples are kept as they stand.
    if file.belongs_to("tests/npm/examples") {
        return true;
    }
    let text = match file.text.strip_prefix("#!/") {
        Some(rest) => rest.split_once('\n').map_or("", |(_, rest)| rest),
        None => &file.text,
    };
    let opening = if file.extension() == "rs" {
        "//!"
    } else {
        "/**"
    };
    text.trim_start().starts_with(opening)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn findings(path: &str, text: &str) -> Vec<String> {
        findings_in(&SourceFile {
            path: path.to_owned(),
            text: text.to_owned(),
        })
    }

    #[test]
    fn a_file_that_keeps_the_rules_has_no_findings() {
        assert!(findings("src/client.rs", "//! Sends.\n").is_empty());
        assert!(findings("www/page.mjs", "#!/usr/bin/env node\n/** Shows. */\n").is_empty());
    }

    #[test]
    fn each_rule_is_found_when_it_is_broken() {
        let opening = "//! X.\n";
        assert_eq!(findings("src/client.rs", "fn main() {}\n").len(), 1);
        assert_eq!(findings("src/js/mod.rs", opening).len(), 1);
        assert_eq!(findings("src/path_utils.rs", opening).len(), 1);
        assert_eq!(findings("src/a.rs", &opening.repeat(LONGEST + 1)).len(), 1);
        for mark in LOOSE_ENDS {
            assert_eq!(findings("src/a.rs", &format!("{opening}{mark}\n")).len(), 1);
        }
    }
}
