//! How much the package weighs: each file, and what a page downloads that uses all of it.

use std::fmt;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::consumer::Consumer;
use crate::program;
use crate::workspace::Workspace;

/// As stored, and as the two compressions of the web make it.
pub(super) const WAYS: &[&str] = &["raw", "gzip", "brotli"];

/// Bytes of each file and of the bundle, in the order of [`WAYS`].
#[derive(Debug)]
pub(super) struct Sizes {
    entries: Vec<(String, [u64; 3])>,
}

/// Weighs an installed package.
pub(super) fn measure(workspace: &Workspace, consumer: &Consumer) -> Result<Sizes> {
    let printed = program::read(
        workspace
            .command("node")
            .arg("xtask/js/package-sizes.mjs")
            .arg(consumer.folder()),
    )?;
    let measured: Value =
        serde_json::from_str(&printed).context("package-sizes.mjs did not print JSON")?;
    let measured = measured
        .as_object()
        .context("package-sizes.mjs did not print an object")?;
    let entries = measured.iter().map(|(name, sizes)| {
        let bytes = |way: &str| sizes.get(way).and_then(Value::as_u64).unwrap_or_default();
        (name.clone(), [bytes("raw"), bytes("gzip"), bytes("brotli")])
    });
    let mut entries: Vec<_> = entries.collect();
    // The figure that users feel comes first.
    entries.sort_by_key(|(name, _)| name != Sizes::BUNDLE);
    Ok(Sizes { entries })
}

impl Sizes {
    /// The entry that stands for `export *` of the package, bundled and minified for browsers.
    pub(super) const BUNDLE: &'static str = "bundle";

    pub(super) fn entries(&self) -> impl Iterator<Item = (&str, &[u64; 3])> {
        self.entries
            .iter()
            .map(|(name, sizes)| (name.as_str(), sizes))
    }

    pub(super) fn bundle_brotli(&self) -> Option<u64> {
        self.entries()
            .find(|(name, _)| *name == Self::BUNDLE)
            .map(|(_, [_, _, brotli])| *brotli)
    }

    #[cfg(test)]
    pub(super) fn of(entries: &[(&str, [u64; 3])]) -> Self {
        let owned = entries
            .iter()
            .map(|(name, sizes)| ((*name).to_owned(), *sizes));
        Self {
            entries: owned.collect(),
        }
    }
}

impl fmt::Display for Sizes {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(formatter, "   {:>9} {:>9} {:>9}", "raw", "gzip", "brotli")?;
        for (name, [raw, gzip, brotli]) in &self.entries {
            let name = if name == Self::BUNDLE {
                "everything, bundled and minified"
            } else {
                name
            };
            writeln!(formatter, "   {raw:>9} {gzip:>9} {brotli:>9}  {name}")?;
        }
        Ok(())
    }
}
