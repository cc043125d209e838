//! `pack`: the tarball that would be published, held to its file list and its size budget.

mod budget;
mod sizes;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::consumer::Consumer;
use crate::program;
use crate::step::step;
use crate::workspace::Workspace;

use budget::Budget;

/// Packs what `build` left in `pkg/` and installs it as a user would.
pub(crate) fn pack(workspace: &Workspace) -> Result<Consumer> {
    let budget = Budget::read(workspace)?;
    let tarball = step("pack the npm tarball", || {
        let (tarball, files) = npm_pack(workspace)?;
        budget.check_files(&files)?;
        println!(
            "   {} with {} files, as listed",
            tarball.display(),
            files.len()
        );
        Ok(tarball)
    })?;
    step("install the tarball in an empty folder", || {
        Consumer::install(workspace, &tarball, "consumer")
    })
}

/// Prints what the installed package weighs; an error when that is more than promised.
pub(crate) fn weigh(workspace: &Workspace, consumer: &Consumer) -> Result<()> {
    step("weigh the package", || {
        let sizes = sizes::measure(workspace, consumer)?;
        print!("{sizes}");
        Budget::read(workspace)?.check_sizes(&sizes)
    })
}

/// What a page downloads that uses all of the package, in bytes of brotli.
pub(crate) fn bundle_brotli(workspace: &Workspace, consumer: &Consumer) -> Result<u64> {
    sizes::measure(workspace, consumer)?
        .bundle_brotli()
        .context("the bundle was not measured")
}

fn npm_pack(workspace: &Workspace) -> Result<(PathBuf, Vec<String>)> {
    let destination = workspace.target("package");
    fs::create_dir_all(&destination)
        .with_context(|| format!("could not make {}", destination.display()))?;
    let printed = program::read(
        workspace
            .command("npm")
            .current_dir(workspace.path("pkg"))
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
    let files = packed
        .get("files")
        .and_then(Value::as_array)
        .into_iter()
        .flatten();
    let files = files.filter_map(|file| file.get("path").and_then(Value::as_str));
    Ok((destination.join(name), files.map(str::to_owned).collect()))
}
