//! The suites that run outside Rust: the installed package in Node, the page in browsers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::consumer::Consumer;
use crate::site;
use crate::tools;
use crate::workspace::Workspace;

use super::report::Report;

/// Each has half of the page's suites and a browser of its own.
const BROWSER_HALVES: [&str; 2] = [
    "tests/browser/halves/first.mjs",
    "tests/browser/halves/second.mjs",
];

/// The suites of the installed tarball in Node, by their folders below `tests`.
const IN_NODE: [(&str, &str); 3] = [
    ("package in Node", "npm"),
    // Starts its servers as the first does, by the same file.
    ("broken connections", "faults"),
    ("mixed work", SOAK),
];
const SOAK: &str = "soak";

/// The installed tarball against a real server.
pub(crate) fn npm(workspace: &Workspace, consumer: &Consumer, server: &Path, report: &mut Report) {
    for (name, folder) in IN_NODE {
        report.suite(name, npm_command(workspace, consumer, server, folder, None));
    }
}

/// Mixed work for so many minutes, in which nothing may grow.
pub(crate) fn soak(
    workspace: &Workspace,
    consumer: &Consumer,
    server: &Path,
    minutes: u32,
    report: &mut Report,
) {
    let seconds = minutes.saturating_mul(60).to_string();
    let command = npm_command(workspace, consumer, server, SOAK, None).map(|mut command| {
        command.env("BOX_SOAK_SECONDS", seconds);
        command
    });
    report.suite("mixed work", command);
}

/// The demo page in real browsers against a real server.
pub(crate) fn browsers(
    workspace: &Workspace,
    consumer: &Consumer,
    server: &Path,
    report: &mut Report,
) {
    let chromium = tools::ensure_browser(workspace);
    let firefox = tools::ensure_firefox(workspace);
    for (name, browser) in [("chromium", chromium), ("firefox", firefox)] {
        let suite = format!("page in {name}");
        match browser {
            Ok(browser) => report.suite(
                &suite,
                browser_command(workspace, consumer, server, name, &browser),
            ),
            Err(error) => report.skip(&suite, &format!("{error:#}")),
        }
    }
}

/// A folder below `tests`, run beside the installed tarball, `at_once` of its files at a time.
pub(super) fn npm_command(
    workspace: &Workspace,
    consumer: &Consumer,
    server: &Path,
    folder: &str,
    at_once: Option<usize>,
) -> Result<Command> {
    // Beside the installed package, so that the suites import it as any user would.
    let folder = consumer.take_in(&workspace.path("tests").join(folder), folder)?;
    let mut command = node_test(workspace, at_once, &test_files(&folder)?);
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
    name: &str,
    browser: &Path,
) -> Result<Command> {
    let site = site::assemble(workspace, consumer)?;
    let halves = BROWSER_HALVES.map(|half| workspace.path(half));
    let mut command = node_test(workspace, Some(halves.len()), &halves);
    command
        .env("BOX_SERVER_BIN", server)
        .env("BOX_DEMO_WWW", site)
        .env("BROWSER_NAME", name)
        .env("BROWSER_BIN", browser);
    Ok(command)
}

/// Node's own test runner over these files, `at_once` of them at a time, or as many as it sees fit.
fn node_test(workspace: &Workspace, at_once: Option<usize>, files: &[PathBuf]) -> Command {
    let mut command = workspace.command("node");
    command.args(["--test", "--test-reporter=spec"]);
    if let Some(at_once) = at_once {
        command.arg(format!("--test-concurrency={at_once}"));
    }
    command.args(files);
    command
}

/// Every `*.test.mjs` of a folder.
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
    if files.is_empty() {
        bail!("{} holds no *.test.mjs", folder.display());
    }
    files.sort();
    Ok(files)
}
