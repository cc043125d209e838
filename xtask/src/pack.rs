//! `pack`: the tarball that would be published, held to its file list and its size budget.

mod budget;
mod sizes;

use anyhow::{Context, Result};

use crate::consumer::Consumer;
use crate::npm_pack::{self, Packed};
use crate::step::step;
use crate::workspace::Workspace;

use budget::Budget;

/// Packs what `build` left in `pkg/` and installs it as a user would.
pub(crate) fn pack(workspace: &Workspace) -> Result<Consumer> {
    let budget = Budget::read(workspace)?;
    let tarball = step("pack the npm tarball", || {
        let Packed { tarball, files, .. } = npm_pack::pack(workspace, &workspace.path("pkg"))?;
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
