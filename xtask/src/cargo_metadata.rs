//! What cargo knows about the packages of the build.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program;
use crate::workspace::Workspace;

/// One crate of the build, ours or a dependency.
#[derive(Debug)]
pub(crate) struct CratePackage {
    pub(crate) name: String,
    pub(crate) version: String,
    /// An SPDX expression; empty when the crate names none.
    pub(crate) licence: String,
}

/// Every crate that Cargo.lock names.
pub(crate) fn packages(workspace: &Workspace) -> Result<Vec<CratePackage>> {
    let printed = program::read(workspace.command("cargo").args([
        "metadata",
        "--format-version",
        "1",
        "--locked",
    ]))?;
    let metadata: Value =
        serde_json::from_str(&printed).context("cargo metadata did not print JSON")?;
    let packages = metadata.get("packages").and_then(Value::as_array);
    let packages = packages.context("cargo metadata listed no packages")?;
    Ok(packages.iter().map(CratePackage::from_json).collect())
}

impl CratePackage {
    fn from_json(package: &Value) -> Self {
        let text = |member: &str| {
            package
                .get(member)
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned()
        };
        Self {
            name: text("name"),
            version: text("version"),
            licence: text("license"),
        }
    }
}
