//! `docs`: the API reference of the npm package, made by TypeDoc from its declarations.
//!
//! What is exported without documentation, a link that leads nowhere and a type that no one can name are
//! failures. TypeDoc reads with a TypeScript of its own, older than the one that checks the package.

use std::fs;

use anyhow::{Context, Result};

use crate::build;
use crate::program;
use crate::step::step;
use crate::workspace::Workspace;

const SETTINGS: &str = "docs/typedoc";
/// npm's names of the files that say what is to be installed, and how.
const MANIFESTS: [&str; 3] = ["package.json", "package-lock.json", ".npmrc"];

/// Builds the package and leaves the reference in `target/docs`.
pub(crate) fn run(workspace: &Workspace) -> Result<()> {
    build::build(workspace)?;
    reference(workspace)?;
    println!("{}", workspace.target("docs/index.html").display());
    Ok(())
}

/// The same for a package that is built.
pub(crate) fn reference(workspace: &Workspace) -> Result<()> {
    let tools = workspace.target("typedoc");
    step("install TypeDoc", || {
        fs::create_dir_all(&tools)
            .with_context(|| format!("could not make {}", tools.display()))?;
        for name in MANIFESTS {
            let copy = tools.join(name);
            fs::copy(workspace.path(SETTINGS).join(name), &copy)
                .with_context(|| format!("could not write {}", copy.display()))?;
        }
        program::run(
            workspace
                .command("npm")
                .current_dir(&tools)
                .args(["ci", "--loglevel=error"]),
        )
    })?;
    step("make the API reference (TypeDoc)", || {
        program::run(
            workspace
                .command("node")
                .arg(tools.join("node_modules/typedoc/bin/typedoc"))
                .arg("--options")
                .arg(workspace.path(SETTINGS).join("typedoc.json")),
        )
    })
}
