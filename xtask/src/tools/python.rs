//! The Python packages of the suites, in an environment of their own under `target/python`.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use super::install_by_apt;
use crate::program;
use crate::workspace::Workspace;

/// Versions and hashes of all that is installed.
const REQUIREMENTS: &str = "tests/python/requirements.txt";

/// The interpreter that has them. Makes the environment anew when it isn't what the file says.
pub(crate) fn ensure_python(workspace: &Workspace) -> Result<PathBuf> {
    let folder = workspace.target("python");
    let python = folder.join("bin/python");
    let path = workspace.path(REQUIREMENTS);
    let wanted = fs::read(&path).with_context(|| format!("could not read {}", path.display()))?;
    let installed = folder.join("installed-requirements.txt");
    if python.exists() && fs::read(&installed).is_ok_and(|installed| installed == wanted) {
        return Ok(python);
    }
    println!("   installing the Python packages of {REQUIREMENTS} into target/python");
    if let Err(error) = make_environment(workspace, &folder) {
        println!("   {error:#}: asking the system's package manager");
        if let Err(error) = install_by_apt(workspace, &["python3", "python3-venv"]) {
            bail!("no Python environment: `apt-get install python3-venv` ({error:#})");
        }
        make_environment(workspace, &folder)?;
    }
    program::run(
        workspace
            .command(&python.to_string_lossy())
            .args(["-m", "pip", "install", "--quiet"])
            .args(["--disable-pip-version-check", "--require-hashes"])
            .arg("--requirement")
            .arg(&path),
    )?;
    fs::write(&installed, wanted)
        .with_context(|| format!("could not write {}", installed.display()))?;
    Ok(python)
}

fn make_environment(workspace: &Workspace, folder: &std::path::Path) -> Result<()> {
    program::run(
        workspace
            .command("python3")
            .args(["-m", "venv", "--clear"])
            .arg(folder),
    )
}
