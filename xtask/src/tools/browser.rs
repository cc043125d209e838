//! Browsers for the suites.
//!
//! Chromium, in this order: an installed one, Playwright's own download, the system's package
//! manager where we may use it. Firefox: an installed one or the package manager's, because people
//! use that, and Playwright's own is a changed one.

use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::install_by_apt;
use crate::program;
use crate::workspace::Workspace;

const NAMES: &[&str] = &[
    "google-chrome",
    "google-chrome-stable",
    "chromium",
    "chromium-browser",
];
const FIREFOX_NAMES: &[&str] = &["firefox", "firefox-esr"];
const APPLICATIONS: &[&str] = &[
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];
const REMEDY: &str = "no browser: install Chrome or Chromium (Debian: `apt-get install chromium`)";
const FIREFOX_REMEDY: &str = "no Firefox: install it (Debian: `apt-get install firefox-esr`)";

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
    if let Err(error) = install_by_apt(workspace, &["chromium"]) {
        bail!("{REMEDY}; apt-get: {error:#}");
    }
    match installed() {
        Some(browser) => Ok(browser),
        None => bail!("{REMEDY}"),
    }
}

/// Where Firefox is, after installing it if need be.
pub(crate) fn ensure_firefox(workspace: &Workspace) -> Result<PathBuf> {
    if let Some(firefox) = on_path(FIREFOX_NAMES) {
        return Ok(firefox);
    }
    println!("   no Firefox found: asking the system's package manager");
    install_by_apt(workspace, &["firefox-esr"]).context(FIREFOX_REMEDY)?;
    on_path(FIREFOX_NAMES).context(FIREFOX_REMEDY)
}

fn installed() -> Option<PathBuf> {
    let application = || {
        let mut paths = APPLICATIONS.iter().map(PathBuf::from);
        paths.find(|browser| browser.is_file())
    };
    on_path(NAMES).or_else(application)
}

fn on_path(names: &[&str]) -> Option<PathBuf> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    names
        .iter()
        .flat_map(|name| std::env::split_paths(&path).map(move |folder| folder.join(name)))
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
