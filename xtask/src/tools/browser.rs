//! A browser for the page's suite.
//!
//! In this order: an installed one, Playwright's own download, the system's package manager where
//! we may use it. Chromium and its relatives only: Playwright can't drive a stock Firefox.

use std::path::{Path, PathBuf};

use anyhow::{Result, bail};

use crate::program;
use crate::workspace::Workspace;

const NAMES: &[&str] = &[
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
];
const APPLICATIONS: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const REMEDY: &str = "no browser: install Chrome or Chromium (Debian: `apt-get install chromium`)";

/// Where the browser is, after installing one if need be.
pub(crate) fn ensure_browser(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(browser) = installed().or_else(|| downloaded(workspace)) {
        return Ok(browser);
    }
    println!("   no browser found: asking Playwright for its own");
    if let Err(error) = program::run(
        workspace
            .command("playwright-core")
            .args(["install", "chromium"]),
    ) {
        println!("   {error:#}");
    }
    if let Some(browser) = downloaded(workspace) {
        return Ok(browser);
    }
    println!("   asking the system's package manager");
    if let Err(error) = install_by_apt(workspace) {
        bail!("{REMEDY}; apt-get: {error:#}");
    }
    match installed() {
        Some(browser) => Ok(browser),
        None => bail!("{REMEDY}"),
    }
}

fn installed() -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let by_name = NAMES
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)));
    by_name
        .chain(APPLICATIONS.iter().map(PathBuf::from))
        .find(|browser| browser.is_file())
}

/// Asks Playwright where its own would be, and looks.
fn downloaded(workspace: &Workspace) -> Option<PathBuf> {
    let script =
        "import { chromium } from 'playwright-core'; console.log(chromium.executablePath())";
    let path =
        program::read(
            workspace
                .command("node")
                .args(["--input-type=module", "--eval", script]),
        )
        .ok()?;
    let path = Path::new(path.trim());
    path.is_file().then(|| path.to_path_buf())
}

/// Root may; others may when sudo asks nothing.
fn install_by_apt(workspace: &Workspace) -> Result<()> {
    let install = "apt-get update && apt-get install --yes --no-install-recommends chromium";
    let root = program::is_root();
    let mut command = workspace.command(if root { "sh" } else { "sudo" });
    if !root {
        command.args(["--non-interactive", "sh"]);
    }
    program::run(
        command
            .args(["-c", install])
            .env("DEBIAN_FRONTEND", "noninteractive"),
    )
}
