//! `npm pack`, and what it says it packed.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program;
use crate::workspace::Workspace;

/// A tarball as it would be published.
#[derive(Debug)]
pub(crate) struct Packed {
    pub(crate) tarball: PathBuf,
    pub(crate) files: Vec<String>,
    /// Bytes to download.
    pub(crate) size: u64,
}

/// Packs a folder into `target/package`.
pub(crate) fn pack(workspace: &Workspace, folder: &Path) -> Result<Packed> {
    let destination = workspace.target("package");
    fs::create_dir_all(&destination)
        .with_context(|| format!("could not make {}", destination.display()))?;
    let printed = program::read(
        workspace
            .command("npm")
            .current_dir(folder)
            .args(["pack", "--json", "--loglevel=error", "--pack-destination"])
            .arg(&destination),
    )?;
    let answer: Value = serde_json::from_str(&printed)
        .with_context(|| format!("npm pack did not print JSON: {printed}"))?;
    // An array up to npm 11, an object by package name in later ones.
    let packed = match &answer {
        Value::Array(packed) => packed.first(),
        Value::Object(by_name) => by_name.values().next(),
        _ => None,
    };
    let packed = packed.context("npm pack says it packed nothing")?;
    let name = packed.get("filename").and_then(Value::as_str);
    let name = name.context("npm pack does not say which file it wrote")?;
    let size = packed.get("size").and_then(Value::as_u64);
    let files = packed
        .get("files")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let files = files.filter_map(|file| file.get("path").and_then(Value::as_str));
    Ok(Packed {
        tarball: destination.join(name),
        files: files.map(str::to_owned).collect(),
        size: size.context("npm pack does not say how large the tarball is")?,
    })
}
