//! The suites that run outside Rust: the installed package in Node, the page in a browser.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::consumer::Consumer;
use crate::site;
use crate::tools;
use crate::workspace::Workspace;

use super::report::Report;

/// The installed tarball against a real server.
pub(crate) fn npm(workspace: &Workspace, consumer: &Consumer, server: &Path, report: &mut Report) {
    report.suite("package in Node", npm_command(workspace, consumer, server));
}

/// The demo page in a real browser against a real server.
pub(crate) fn browser(
    workspace: &Workspace,
    consumer: &Consumer,
    server: &Path,
    report: &mut Report,
) {
    let name = "page in a browser";
    match tools::ensure_browser(workspace) {
        Ok(browser) => report.suite(name, browser_command(workspace, consumer, server, &browser)),
        Err(error) => report.skip(name, &format!("{error:#}")),
    }
}

fn npm_command(workspace: &Workspace, consumer: &Consumer, server: &Path) -> Result<Command> {
    // Beside the installed package, so that the suites import it as any user would.
    let folder = consumer.take_in(&workspace.path("tests/npm"), "npm")?;
    let mut command = node_test(workspace, &folder)?;
    command
        .current_dir(consumer.folder())
        .env("BOX_REPOSITORY", workspace.path("."))
        .env("BOX_SERVER_BIN", server);
    Ok(command)
}

fn browser_command(
    workspace: &Workspace,
    consumer: &Consumer,
    server: &Path,
    browser: &Path,
) -> Result<Command> {
    let site = site::assemble(workspace, consumer)?;
    let mut command = node_test(workspace, &workspace.path("tests/browser"))?;
    command
        .env("BOX_SERVER_BIN", server)
        .env("BOX_DEMO_WWW", site)
        .env("BROWSER_NAME", "chromium")
        .env("BROWSER_BIN", browser);
    Ok(command)
}

/// Node's own test runner over every `*.test.mjs` of a folder.
fn node_test(workspace: &Workspace, folder: &Path) -> Result<Command> {
    let files = test_files(folder)?;
    if files.is_empty() {
        bail!("{} holds no *.test.mjs", folder.display());
    }
    let mut command = workspace.command("node");
    command.args(["--test", "--test-reporter=spec"]).args(files);
    Ok(command)
}

fn test_files(folder: &Path) -> Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("could not list {}", folder.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        if path.to_string_lossy().ends_with(".test.mjs") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}
