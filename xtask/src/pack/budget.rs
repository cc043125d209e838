//! What the tarball may hold and weigh, as `pkg/size-budget.json` says.
//!
//! ```json
//! { "bundle": { "brotli": 30000 }, "files": { "dist/index.js": { "raw": 60000 }, "README.md": {} } }
//! ```
//! `files` names every file of the tarball; a size that is not given is not limited.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::sizes::{Sizes, WAYS};
use crate::workspace::Workspace;

const FILE: &str = "pkg/size-budget.json";

/// The committed promises.
#[derive(Debug)]
pub(super) struct Budget {
    json: Value,
}

impl Budget {
    pub(super) fn read(workspace: &Workspace) -> Result<Self> {
        let text = fs::read_to_string(workspace.path(FILE))
            .with_context(|| format!("could not read {FILE}"))?;
        let json =
            serde_json::from_str(&text).with_context(|| format!("{FILE} is not valid JSON"))?;
        Ok(Self { json })
    }

    /// Fails when the tarball holds other files than the listed ones.
    pub(super) fn check_files(&self, packed: &[String]) -> Result<()> {
        let listed = self.json.get("files").and_then(Value::as_object);
        let listed = listed.with_context(|| format!("{FILE} has no `files`"))?;
        let listed: BTreeSet<&str> = listed.keys().map(String::as_str).collect();
        let packed: BTreeSet<&str> = packed.iter().map(String::as_str).collect();
        let missing: Vec<&str> = listed.difference(&packed).copied().collect();
        let unexpected: Vec<&str> = packed.difference(&listed).copied().collect();
        if missing.is_empty() && unexpected.is_empty() {
            return Ok(());
        }
        bail!(
            "the tarball's files are not those of {FILE}; missing: {}; unexpected: {}",
            listing(&missing),
            listing(&unexpected)
        );
    }

    /// Fails with everything that weighs more than promised.
    pub(super) fn check_sizes(&self, sizes: &Sizes) -> Result<()> {
        let mut over = Vec::new();
        for (name, measured) in sizes.entries() {
            let limits = if name == Sizes::BUNDLE {
                self.json.get("bundle")
            } else {
                self.json.get("files").and_then(|files| files.get(name))
            };
            for (way, bytes) in WAYS.iter().zip(measured) {
                let limit = limits
                    .and_then(|limits| limits.get(way))
                    .and_then(Value::as_u64);
                if let Some(limit) = limit.filter(|limit| bytes > limit) {
                    over.push(format!("{name}: {bytes} bytes {way}, more than {limit}"));
                }
            }
        }
        if over.is_empty() {
            return Ok(());
        }
        bail!("over the budget of {FILE}:\n   {}", over.join("\n   "));
    }
}

fn listing(names: &[&str]) -> String {
    if names.is_empty() {
        "none".to_owned()
    } else {
        names.join(", ")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn budget() -> Budget {
        let json = serde_json::json!({
            "bundle": { "brotli": 10 },
            "files": { "a.js": { "raw": 100 }, "README.md": {} }
        });
        Budget { json }
    }

    #[test]
    fn a_tarball_must_hold_exactly_the_listed_files() {
        let files = |names: &[&str]| {
            names
                .iter()
                .map(|&name| name.to_owned())
                .collect::<Vec<_>>()
        };
        assert!(budget().check_files(&files(&["a.js", "README.md"])).is_ok());
        let missing = budget()
            .check_files(&files(&["a.js"]))
            .unwrap_err()
            .to_string();
        assert!(
            missing.contains("missing: README.md; unexpected: none"),
            "{missing}"
        );
        let unexpected = budget().check_files(&files(&["a.js", "README.md", "b.js"]));
        assert!(
            unexpected
                .unwrap_err()
                .to_string()
                .contains("unexpected: b.js")
        );
    }

    #[test]
    fn only_what_is_limited_can_be_too_heavy() {
        let light = Sizes::of(&[(Sizes::BUNDLE, [99, 99, 10]), ("a.js", [100, 999, 999])]);
        assert!(budget().check_sizes(&light).is_ok());
        let heavy = Sizes::of(&[(Sizes::BUNDLE, [99, 99, 11]), ("a.js", [101, 0, 0])]);
        let message = budget().check_sizes(&heavy).unwrap_err().to_string();
        assert!(
            message.contains("11 bytes brotli, more than 10"),
            "{message}"
        );
        assert!(
            message.contains("a.js: 101 bytes raw, more than 100"),
            "{message}"
        );
    }
}
