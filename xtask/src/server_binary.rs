//! Building box-server.

use std::path::PathBuf;

use anyhow::Result;

use crate::program;
use crate::step::step;
use crate::tools;
use crate::workspace::Workspace;

/// For whom it is built.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Profile {
    /// For suites: compiled together with the server's own tests.
    Dev,
    /// For people and measurements: as fast as it gets.
    Server,
}

/// Builds it and says where it is.
pub(crate) fn build(workspace: &Workspace, profile: Profile) -> Result<PathBuf> {
    let (name, folder) = match profile {
        Profile::Dev => ("dev", "debug"),
        Profile::Server => ("server", "server"),
    };
    step(&format!("build box-server (profile {name})"), || {
        program::run(workspace.command("cargo").args([
            "build",
            "--package",
            "box-server",
            "--profile",
            name,
        ]))?;
        Ok(workspace.target(folder).join("box-server"))
    })
}

const STATIC_TARGET: &str = "x86_64-unknown-linux-musl";

/// Builds it linked statically, as npm has it, and says where it is.
pub(crate) fn build_static(workspace: &Workspace) -> Result<PathBuf> {
    step("build box-server, linked statically", || {
        tools::ensure_target(workspace, STATIC_TARGET)?;
        tools::ensure_musl_compiler(workspace)?;
        program::run(workspace.command("cargo").args([
            "build",
            "--package",
            "box-server",
            "--profile",
            "server",
            "--target",
            STATIC_TARGET,
        ]))?;
        Ok(workspace
            .target(STATIC_TARGET)
            .join("server")
            .join("box-server"))
    })
}
