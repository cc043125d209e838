//! Programs that cargo installs: wasm-pack, the wasm-bindgen that matches the library exactly, cargo-fuzz.
//!
//! wasm-pack takes wasm-bindgen from PATH only when its version is the one in Cargo.lock; any other
//! version would make it look for a download.

use anyhow::{Context, Result};

use crate::cargo_metadata;
use crate::program;
use crate::workspace::Workspace;

const WASM_PACK_VERSION: &str = "0.15.1";
const CARGO_FUZZ_VERSION: &str = "0.13.2";

/// Installs both under `target/tools` when they aren't there in the right version.
pub(crate) fn ensure_wasm_tools(workspace: &Workspace) -> Result<()> {
    ensure(workspace, "wasm-pack", "wasm-pack", WASM_PACK_VERSION)?;
    let wasm_bindgen = locked_version(workspace, "wasm-bindgen")?;
    ensure(workspace, "wasm-bindgen", "wasm-bindgen-cli", &wasm_bindgen)
}

/// Installs cargo-fuzz under `target/tools`.
pub(crate) fn ensure_cargo_fuzz(workspace: &Workspace) -> Result<()> {
    ensure(workspace, "cargo-fuzz", "cargo-fuzz", CARGO_FUZZ_VERSION)
}

fn ensure(workspace: &Workspace, name: &str, package: &str, version: &str) -> Result<()> {
    if installed_version(workspace, name).is_some_and(|installed| installed == version) {
        return Ok(());
    }
    println!("   installing {package} {version} into target/tools (takes a minute or two, once)");
    install(workspace, package, version, true).or_else(|error| {
        // A lock file may name a release that was withdrawn since.
        println!("   {error:#}\n   trying again without the package's own lock file");
        install(workspace, package, version, false)
    })
}

fn installed_version(workspace: &Workspace, name: &str) -> Option<String> {
    let own = workspace.target("tools/bin").join(name);
    let program = if own.exists() {
        own.to_string_lossy().into_owned()
    } else {
        name.to_owned()
    };
    let said = program::read(workspace.command(&program).arg("--version")).ok()?;
    said.split_whitespace().nth(1).map(str::to_owned)
}

/// Unoptimised: the tools handle one small file, so compiling them fast matters more.
fn install(workspace: &Workspace, package: &str, version: &str, locked: bool) -> Result<()> {
    let root = workspace.target("tools");
    let build_dir = root.join("build");
    let mut command = workspace.command("cargo");
    command
        .args([
            "install",
            package,
            "--version",
            &format!("={version}"),
            "--debug",
            "--force",
        ])
        .arg("--root")
        .arg(&root)
        .env("CARGO_TARGET_DIR", &build_dir)
        .env("CARGO_PROFILE_DEV_DEBUG", "0");
    if locked {
        command.arg("--locked");
    }
    program::run(&mut command)?;
    std::fs::remove_dir_all(&build_dir)
        .with_context(|| format!("could not remove {}", build_dir.display()))
}

/// The version of a dependency that Cargo.lock names.
fn locked_version(workspace: &Workspace, name: &str) -> Result<String> {
    let packages = cargo_metadata::packages(workspace)?;
    let package = packages.into_iter().find(|package| package.name == name);
    let package =
        package.with_context(|| format!("Cargo.lock has no {name}: the SDK must depend on it"))?;
    Ok(package.version)
}
