//! `matrix`: the packed package in every runtime and bundler, as `tests/matrix` has them.
//!
//! One folder under `target` holds the runtimes and bundlers that the suite's own lock file names,
//! the tarball installed beside them, and a copy of the suite, so that each row imports the package
//! by its published name. The suite runs in a Node of its own choice, whatever runs here.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::build;
use crate::consumer::{Consumer, copy_folder};
use crate::pack;
use crate::program;
use crate::server_binary::{self, Profile};
use crate::server_package;
use crate::step::step;
use crate::tools;
use crate::workspace::Workspace;

const SUITE: &str = "tests/matrix";

/// Builds what the suite needs and runs the rows whose name holds one of the words, or all.
pub(crate) fn run(workspace: &Workspace, words: &[&str]) -> Result<()> {
    build::build(workspace)?;
    let consumer = pack::pack(workspace)?;
    let server = server_binary::build(workspace, Profile::Dev)?;
    program::run(&mut command(workspace, &consumer, &server, words)?)
}

/// The suite, ready to run.
pub(crate) fn command(
    workspace: &Workspace,
    consumer: &Consumer,
    server: &Path,
    words: &[&str],
) -> Result<Command> {
    let folder = workspace.target("matrix");
    step("install the runtimes and bundlers", || {
        // They are a gigabyte and a half.
        tools::ensure_locked_packages(workspace, &workspace.path(SUITE), &folder)
    })?;
    step("install the tarball beside them", || {
        install_package(workspace, &folder, consumer.tarball())
    })?;
    step("find the browsers", || {
        // A row without its browser says so itself.
        for missing in [
            tools::ensure_browser(workspace).err(),
            tools::ensure_firefox(workspace).err(),
        ]
        .into_iter()
        .flatten()
        {
            println!("   {missing:#}");
        }
        Ok(())
    })?;
    // The program that the other suites use: how it is linked does not matter to the launcher.
    let packages = server_package::pack(workspace, server)?;
    for (source, name) in [
        (SUITE, "matrix"),
        ("tests/npm", "npm"),
        ("examples", "examples"),
    ] {
        take_in(&workspace.path(source), &folder.join(name))?;
    }
    let mut command = workspace.command(&node(&folder));
    command
        .current_dir(&folder)
        .arg("matrix/run.mjs")
        .args(words)
        .env("BOX_SERVER_BIN", server)
        .env("BOX_PACKAGE_TARBALL", consumer.tarball())
        .env("BOX_LAUNCHER_TARBALL", packages.launcher.tarball)
        .env("BOX_PLATFORM_TARBALL", packages.platform.tarball);
    Ok(command)
}

fn install_package(workspace: &Workspace, folder: &Path, tarball: &Path) -> Result<()> {
    // npm takes a package of the same version for the same package.
    remove(&folder.join("node_modules/upstash-box-wasm"))?;
    program::run(
        workspace
            .command("npm")
            .current_dir(folder)
            .args(["install", "--no-save", "--loglevel=error"])
            .arg(tarball),
    )
}

/// A fresh copy, without what was deleted since the last one.
fn take_in(source: &Path, copy: &Path) -> Result<()> {
    remove(copy)?;
    copy_folder(source, copy)
}

fn remove(folder: &Path) -> Result<()> {
    if !folder.exists() {
        return Ok(());
    }
    fs::remove_dir_all(folder).with_context(|| format!("could not remove {}", folder.display()))
}

/// Some rows' tools want a newer Node than the commands here do; npm has one for Linux on x64.
fn node(folder: &Path) -> String {
    let own: PathBuf = folder.join("node_modules/node-24/bin/node");
    if own.is_file() {
        return own.to_string_lossy().into_owned();
    }
    "node".to_owned()
}
