//! Every crate in the build may be used under a licence that lets us ship it.

use anyhow::Result;

use super::source_files::none_of;
use crate::cargo_metadata::{self, CratePackage};
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
    "CDLA-Permissive-2.0", // the list of certificate authorities: data, not code
    "ISC",
    "MIT",
    "MIT-0",
    "Unicode-3.0",
    "Unlicense",
    "Zlib",
];

/// Fails with every crate whose licence leaves us no allowed choice.
pub(super) fn check(workspace: &Workspace) -> Result<()> {
    let packages = cargo_metadata::packages(workspace)?;
    none_of(
        packages
            .iter()
            .filter(|package| !is_allowed(&package.licence))
            .map(refusal)
            .collect(),
    )
}

fn refusal(package: &CratePackage) -> String {
    let licence = if package.licence.is_empty() {
        "no licence"
    } else {
        &package.licence
    };
    format!("{} {}: {licence}", package.name, package.version)
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
