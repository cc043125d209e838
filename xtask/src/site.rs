//! The demo page as a server serves it: its files, and the packages they import.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use crate::consumer::{Consumer, copy_folder};
use crate::tools;
use crate::workspace::Workspace;

/// The development dependencies that the page imports, and what it needs of each.
const LIBRARIES: &[(&str, &[&str])] = &[
    ("diff", &["libesm", "LICENSE"]),
    (
        "@xterm/xterm",
        &["lib/xterm.mjs", "css/xterm.css", "LICENSE"],
    ),
    ("@xterm/addon-fit", &["lib/addon-fit.mjs", "LICENSE"]),
];

/// Puts the page into a folder of its own, with the installed package where it imports it from.
pub(crate) fn assemble(workspace: &Workspace, consumer: &Consumer) -> Result<PathBuf> {
    tools::ensure_npm_packages(workspace)?;
    let site = workspace.target("demo/www");
    if site.exists() {
        fs::remove_dir_all(&site).with_context(|| format!("could not empty {}", site.display()))?;
    }
    copy_folder(&workspace.path("www"), &site)?;
    let modules = site.join("node_modules");
    copy_folder(&consumer.package(), &modules.join("upstash-box-wasm"))?;
    for (library, wanted) in LIBRARIES {
        for name in *wanted {
            let part = format!("{library}/{name}");
            let (from, to) = (
                workspace.path("node_modules").join(&part),
                modules.join(&part),
            );
            if from.is_dir() {
                copy_folder(&from, &to)?;
                continue;
            }
            fs::create_dir_all(to.parent().context("a library's file has a folder")?)?;
            fs::copy(&from, &to).with_context(|| format!("could not copy {}", from.display()))?;
        }
    }
    Ok(site)
}
