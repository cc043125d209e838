//! `check`: everything that can be said about the source without running the product.
//!
//! All checks run, however many fail; the end lists which did.

mod arrows;
mod boundaries;
mod file_rules;
mod licences;
mod machine_traces;
mod package_folder;
mod panics;
mod source_files;

use std::time::Instant;

use anyhow::{Result, bail};

use crate::program;
use crate::step::seconds;
use crate::tools;
use crate::workspace::Workspace;

type Check = (&'static str, fn(&Workspace) -> Result<()>);

const CHECKS: &[Check] = &[
    ("the package folder is ours", package_folder::check),
    ("files keep the house rules", file_rules::check),
    ("modules keep their boundaries", boundaries::check),
    ("arrows point one way", arrows::check),
    ("the product does not panic", panics::check),
    ("no file names this machine", machine_traces::check),
    ("every dependency's licence is allowed", licences::check),
    ("formatting (cargo fmt)", formatting),
    ("clippy, host", clippy_host),
    ("clippy, wasm32", clippy_wasm),
    ("clippy, a worker written in Rust", clippy_worker),
    ("documentation (rustdoc)", documentation),
];

/// Runs every check and fails with the names of those that did.
pub(crate) fn check(workspace: &Workspace) -> Result<()> {
    let mut failed = Vec::new();
    for (name, check) in CHECKS {
        println!("\n== {name}");
        let started = Instant::now();
        let result = check(workspace);
        let took = seconds(started.elapsed());
        match result {
            Ok(()) => println!("   passed in {took}"),
            Err(error) => {
                println!("   FAILED in {took}: {error:#}");
                failed.push(*name);
            }
        }
    }
    if failed.is_empty() {
        println!("\nall {} checks passed", CHECKS.len());
        return Ok(());
    }
    bail!(
        "{} of {} checks failed:\n  {}",
        failed.len(),
        CHECKS.len(),
        failed.join("\n  ")
    );
}

fn formatting(workspace: &Workspace) -> Result<()> {
    program::run(workspace.command("cargo").args(["fmt", "--all", "--check"]))
}

fn clippy_host(workspace: &Workspace) -> Result<()> {
    program::run(workspace.command("cargo").args([
        "clippy",
        "--quiet",
        "--workspace",
        "--all-targets",
        // What only programs in Rust use.
        "--features",
        "upstash-box-wasm/native",
        "--",
        "-D",
        "warnings",
    ]))
}

fn clippy_wasm(workspace: &Workspace) -> Result<()> {
    clippy_on_wasm(workspace, &["upstash-box-wasm", "--features", "npm"])
}

/// The example that has the SDK without what only the npm package needs.
fn clippy_worker(workspace: &Workspace) -> Result<()> {
    clippy_on_wasm(workspace, &["box-example-rust-worker"])
}

fn clippy_on_wasm(workspace: &Workspace, package: &[&str]) -> Result<()> {
    tools::ensure_wasm_target(workspace)?;
    let target = ["--target", "wasm32-unknown-unknown"];
    program::run(
        workspace
            .command("cargo")
            .args(["clippy", "--quiet", "--package"])
            .args(package)
            .args(target)
            .args(["--", "-D", "warnings"]),
    )
}

fn documentation(workspace: &Workspace) -> Result<()> {
    program::run(
        workspace
            .command("cargo")
            .args([
                "doc",
                "--quiet",
                "--no-deps",
                "--lib",
                "--document-private-items",
                "--features",
                "upstash-box-wasm/native",
            ])
            .args(["--package", "upstash-box-wasm", "--package", "box-server"])
            // Its readers work on this repository, so private items are documentation too.
            .env(
                "RUSTDOCFLAGS",
                "-D warnings -A rustdoc::private-intra-doc-links",
            ),
    )
}
