//! Every crate in the build may be used under a licence that lets us ship it.

use anyhow::{Context, Result, anyhow};
use serde_json::Value;

use super::source_files::none_of;
use crate::program;
use crate::workspace::Workspace;

/// Permissive licences whose one demand is to keep their notice.
const ALLOWED: &[&str] = &[
    "0BSD",
    "Apache-2.0",
    "Apache-2.0 WITH LLVM-exception",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "BSL-1.0",
    "CC0-1.0",
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Fails with every crate whose licence leaves us no allowed choice.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let metadata = program::read(workspace.command("cargo").args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
    ]))?;
    let metadata: Value =
        serde_json::from_str(&metadata).context("cargo metadata did not print JSON")?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let packages = packages.ok_or_else(|| anyhow!("cargo metadata listed no packages"))?;
    let refused = packages
        .iter()
        .filter(|package| !is_allowed(text(package, "license")));
    none_of(
        refused
            .map(|package| {
                let licence = text(package, "license");
                let licence = if licence.is_empty() {
                    "no licence"
                } else {
                    licence
                };
                format!(
                    "{} {}: {licence}",
                    text(package, "name"),
                    text(package, "version")
                )
            })
            .collect(),
    )
}

fn text<'a>(package: &'a Value, member: &str) -> &'a str {
    package
        .get(member)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

/// Whether an SPDX expression can be satisfied with allowed licences. Reads the older `/` as `OR`.
fn is_allowed(expression: &str) -> bool {
    let expression = expression.replace('/', " OR ");
    split_outside_parentheses(&expression, " OR ")
        .into_iter()
        .any(|choice| {
            split_outside_parentheses(choice, " AND ")
                .into_iter()
                .all(is_part_allowed)
        })
}

fn is_part_allowed(part: &str) -> bool {
    let part = part.trim();
    match part
        .strip_prefix('(')
        .and_then(|inner| inner.strip_suffix(')'))
    {
        Some(inner) => is_allowed(inner),
        None => ALLOWED.contains(&part),
    }
}

fn split_outside_parentheses<'a>(expression: &'a str, separator: &str) -> Vec<&'a str> {
    let mut parts = Vec::new();
    let mut rest = expression;
    let mut searched = 0;
    while let Some(found) = rest.get(searched..).and_then(|tail| tail.find(separator)) {
        let (before, after) = rest.split_at(searched + found);
        if before.matches('(').count() == before.matches(')').count() {
            parts.push(before);
            rest = after.get(separator.len()..).unwrap_or_default();
            searched = 0;
        } else {
            searched += found + separator.len();
        }
    }
    parts.push(rest);
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_allowed_choice_is_enough() {
        assert!(is_allowed("MIT"));
        assert!(is_allowed("MIT/Apache-2.0"));
        assert!(is_allowed("GPL-3.0-only OR MIT"));
        assert!(is_allowed("(MIT OR GPL-2.0-only) AND Unicode-3.0"));
        assert!(is_allowed("MIT OR ISC AND GPL-2.0-only"));
        assert!(is_allowed("Apache-2.0 WITH LLVM-exception OR GPL-2.0-only"));
    }

    #[test]
    fn every_part_needs_an_allowed_choice() {
        assert!(!is_allowed(""));
        assert!(!is_allowed("GPL-3.0-only"));
        assert!(!is_allowed("MIT AND GPL-3.0-only"));
        assert!(!is_allowed(
            "(MIT OR ISC) AND (GPL-2.0-only OR AGPL-3.0-only)"
        ));
    }
}
