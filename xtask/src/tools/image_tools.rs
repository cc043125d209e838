//! Other people's tools for OCI images, which the server's tests hold its archives to.

use anyhow::{Result, bail};

use super::apt::{install_by_apt, is_on_path};
use crate::workspace::Workspace;

/// Programs, which Debian's packages of the same names have.
const PROGRAMS: [&str; 3] = ["skopeo", "umoci", "docker-registry"];

/// Installs what is missing.
pub(crate) fn ensure_image_tools(workspace: &Workspace) -> Result<()> {
    let missing: Vec<&str> = PROGRAMS
        .into_iter()
        .filter(|name| !is_on_path(name))
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let packages = missing.join(" ");
    println!("   no {packages}: asking the system's package manager");
    if let Err(error) = install_by_apt(workspace, &missing) {
        bail!("no {packages}: `apt-get install {packages}` ({error:#})");
    }
    Ok(())
}
