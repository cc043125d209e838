//! `build`: Rust to WebAssembly to the npm package under `pkg/`, ready for `npm pack`.
//!
//! wasm-pack writes to `pkg/generated` alone: given `pkg` itself it would delete the hand-written
//! package.json. What it leaves there that npm would obey is removed.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::program;
use crate::step::step;
use crate::tools;
use crate::workspace::Workspace;

/// The features that rustc emits for wasm32 by default and every supported runtime has.
const WASM_FEATURES: &[&str] = &[
    "--enable-bulk-memory",
    "--enable-bulk-memory-opt",
    "--enable-multivalue",
    "--enable-mutable-globals",
    "--enable-nontrapping-float-to-int",
    "--enable-reference-types",
    "--enable-sign-ext",
];

/// Leaves `pkg/` ready for `npm pack`.
pub(crate) fn build(workspace: &Workspace) -> Result<()> {
    step("install the build tools", || {
        tools::ensure_wasm_target(workspace)?;
        tools::ensure_wasm_tools(workspace)?;
        tools::ensure_npm_packages(workspace)
    })?;
    step("compile the SDK to WebAssembly (wasm-pack)", || {
        compile(workspace)
    })?;
    step("shrink the WebAssembly (wasm-opt)", || shrink(workspace))?;
    step("assemble the package (pkg/build.mjs)", || {
        program::run(workspace.command("node").arg("pkg/build.mjs"))?;
        bring_licences(workspace)
    })
}

/// npm packs only what lies in the package's own folder.
fn bring_licences(workspace: &Workspace) -> Result<()> {
    for name in ["LICENSE-APACHE", "LICENSE-MIT"] {
        let copy = workspace.path("pkg").join(name);
        fs::copy(workspace.path(name), &copy)
            .with_context(|| format!("could not copy {name} to {}", copy.display()))?;
    }
    Ok(())
}

fn compile(workspace: &Workspace) -> Result<()> {
    let generated = workspace.path("pkg/generated");
    if generated.exists() {
        remove(&generated)?;
    }
    program::run(workspace.command("wasm-pack").args([
        // Its own success message tells people to publish the wrong folder.
        "--log-level",
        "error",
        "build",
        "--release",
        "--target",
        "web",
        "--out-dir",
        "pkg/generated",
        "--mode",
        "no-install",
        "--no-opt",
        "--no-pack",
        "--no-gitignore",
        "--features",
        "npm",
    ]))?;
    // npm obeys both, and would leave the folder out or describe another package.
    for unwanted in [".gitignore", "package.json"] {
        let path = generated.join(unwanted);
        if path.exists() {
            remove(&path)?;
        }
    }
    Ok(())
}

fn shrink(workspace: &Workspace) -> Result<()> {
    let module = only_wasm_in(&workspace.path("pkg/generated"))?;
    let shrunk = module.with_extension("shrunk");
    let before = size(&module)?;
    program::run(
        workspace
            .command("wasm-opt")
            .args(WASM_FEATURES)
            .args(["-Oz", "--debuginfo", "--output"]) // pkg/shrink.mjs needs the names, and drops them
            .arg(&shrunk)
            .arg(&module),
    )?;
    let after = size(&shrunk)?;
    // An optimiser that changed nothing did not run.
    if after >= before {
        bail!("wasm-opt made {before} bytes into {after}: it should make the module smaller");
    }
    fs::rename(&shrunk, &module)
        .with_context(|| format!("could not replace {}", module.display()))?;
    println!("   {before} bytes → {after} bytes");
    Ok(())
}

fn only_wasm_in(directory: &Path) -> Result<std::path::PathBuf> {
    let entries = fs::read_dir(directory)
        .with_context(|| format!("could not list {}", directory.display()))?;
    let mut modules = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path
            .extension()
            .is_some_and(|extension| extension == "wasm")
        {
            modules.push(path);
        }
    }
    match modules.as_slice() {
        [module] => Ok(module.clone()),
        _ => bail!(
            "{} holds {} wasm files, not one",
            directory.display(),
            modules.len()
        ),
    }
}

fn size(path: &Path) -> Result<u64> {
    let metadata =
        fs::metadata(path).with_context(|| format!("could not read {}", path.display()))?;
    Ok(metadata.len())
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() {
        fs::remove_dir_all(path)
    } else {
        fs::remove_file(path)
    };
    removed.with_context(|| format!("could not remove {}", path.display()))
}
