//! Requests drawn from the API's own description, by schemathesis from PyPI.

use std::path::Path;
use std::process::Command;

use anyhow::Result;

use crate::tools;
use crate::workspace::Workspace;

use super::report::Report;

/// No 5xx, and no answer that the description doesn't know.
pub(crate) fn run(workspace: &Workspace, server: &Path, report: &mut Report) {
    report.suite(
        "requests drawn from openapi.json",
        command(workspace, server),
    );
}

fn command(workspace: &Workspace, server: &Path) -> Result<Command> {
    let python = tools::ensure_python(workspace)?;
    let mut command = workspace.command("node");
    command
        .arg(workspace.path("tests/openapi/run.mjs"))
        .env("BOX_SERVER_BIN", server)
        .env("OPENAPI_PYTHON", python);
    Ok(command)
}
