//! The Rust suites: the SDK without JavaScript, the command list, and the server.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program;
use crate::server_binary::{self, Profile};
use crate::step::step;
use crate::tools::{self, ensure_filesystem_programs, ensure_image_tools};
use crate::workspace::Workspace;

use super::ordinary_user;
use super::report::Report;

/// Runs them all; the server's once more as an ordinary user when this one is root.
pub(crate) fn run(workspace: &Workspace, report: &mut Report) {
    report.suite("SDK, native", sdk(workspace));
    report.suite("SDK in a worker written in Rust", worker(workspace));
    report.suite("command list", Ok(cargo_test(workspace, "xtask")));
    let image_tools = ensure_image_tools(workspace);
    if !program::is_root() {
        report.suite(
            "server, as an ordinary user",
            image_tools.map(|()| cargo_test(workspace, "box-server")),
        );
        report.skip("server, as root", "this is not root");
        return;
    }
    let as_root = image_tools
        .and_then(|()| ensure_filesystem_programs(workspace))
        .map(|()| cargo_test(workspace, "box-server"));
    report.suite("server, as root", as_root);
    let as_ordinary_user =
        test_programs(workspace).and_then(|programs| ordinary_user::run_all(workspace, &programs));
    report.suite("server, as an ordinary user", as_ordinary_user);
}

/// Runs what takes minutes.
pub(crate) fn run_long(workspace: &Workspace, report: &mut Report) {
    let suite = |name: &str, variables: &[(&str, &str)]| {
        let mut command = cargo_test(workspace, "box-server");
        command.args(["--test", name, "--", "--nocapture"]);
        command.envs(variables.iter().copied());
        Ok(command)
    };
    report.suite("a million files", suite("long", &[]));
    report.suite(
        "random work",
        suite("model", &[("BOX_MODEL_STEPS", "5000")]),
    );
    let often = [("BOX_CRASH_KILLS", "200"), ("BOX_CRASH_CUTS", "20")];
    report.suite("killed servers", suite("crash", &often));
}

/// With the features of programs in Rust, which are tried against a server, too.
fn sdk(workspace: &Workspace) -> Result<Command> {
    let server = server_binary::build(workspace, Profile::Dev)?;
    let mut command = cargo_test(workspace, "upstash-box-wasm");
    command
        .args(["--features", "native"])
        .env("BOX_SERVER_BIN", server);
    Ok(command)
}

/// The example that is compiled for wasm32, in Node.
fn worker(workspace: &Workspace) -> Result<Command> {
    let server = server_binary::build(workspace, Profile::Dev)?;
    let folder = workspace.target("rust-worker");
    step("build the worker written in Rust", || {
        tools::ensure_wasm_target(workspace)?;
        tools::ensure_wasm_tools(workspace)?;
        program::run(workspace.command("cargo").args([
            "build",
            "--package",
            "box-example-rust-worker",
            "--target",
            "wasm32-unknown-unknown",
        ]))?;
        let built = "wasm32-unknown-unknown/debug/box_example_rust_worker.wasm";
        program::run(
            workspace
                .command("wasm-bindgen")
                .args(["--target", "nodejs", "--out-dir"])
                .arg(&folder)
                .arg(workspace.target(built)),
        )?;
        // The glue is CommonJS, which the workspace's own package.json says it isn't.
        fs::write(folder.join("package.json"), r#"{"type":"commonjs"}"#)
            .context("could not write the worker's package.json")
    })?;
    let mut command = workspace.command("node");
    command
        .args(["--test", "--test-reporter=spec"])
        .arg("tests/rust_worker/worker.test.mjs")
        .env("BOX_SERVER_BIN", server)
        .env("BOX_RUST_WORKER", folder);
    Ok(command)
}

fn cargo_test(workspace: &Workspace, package: &str) -> Command {
    let mut command = workspace.command("cargo");
    command.args(["test", "--no-fail-fast", "--package", package]);
    command
}

/// The server's compiled tests.
fn test_programs(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let printed = program::read(
        workspace
            .command("cargo")
            .args(["test", "--no-run", "--package", "box-server"])
            .args(["--message-format", "json"]),
    )?;
    let messages = printed
        .lines()
        .filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let executables = messages.filter_map(|message| {
        let is_test = message.pointer("/profile/test").and_then(Value::as_bool) == Some(true);
        let executable = message
            .get("executable")
            .and_then(Value::as_str)
            .map(PathBuf::from);
        executable.filter(|_| is_test)
    });
    Ok(executables.collect())
}
