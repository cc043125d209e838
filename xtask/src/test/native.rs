//! The Rust suites: the SDK without JavaScript, the command list, and the server.

use std::fs;
use std::os::unix::fs::{PermissionsExt, chown};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::program;
use crate::workspace::Workspace;

use super::report::Report;

/// Owns nothing and may do nothing, on every Linux.
const NOBODY: u32 = 65534;

/// Runs them all; the server's once more as an ordinary user when this one is root.
pub(crate) fn run(workspace: &Workspace, report: &mut Report) {
    report.suite("SDK, native", Ok(cargo_test(workspace, "upstash-box-wasm")));
    report.suite("command list", Ok(cargo_test(workspace, "xtask")));
    if !program::is_root() {
        report.suite(
            "server, as an ordinary user",
            Ok(cargo_test(workspace, "box-server")),
        );
        report.skip("server, as root", "this is not root");
        return;
    }
    report.suite("server, as root", Ok(cargo_test(workspace, "box-server")));
    match test_programs(workspace) {
        Ok(programs) => {
            for program in programs {
                let name = program
                    .file_stem()
                    .unwrap_or_default()
                    .to_string_lossy()
                    .into_owned();
                let name = name
                    .rsplit_once('-')
                    .map_or(name.as_str(), |(name, _)| name);
                let suite = format!("server as an ordinary user: {name}");
                report.suite(&suite, as_ordinary_user(workspace, &program));
            }
        }
        Err(error) => report.broken("server, as an ordinary user", &error),
    }
}

fn cargo_test(workspace: &Workspace, package: &str) -> Command {
    let mut command = workspace.command("cargo");
    command.args(["test", "--no-fail-fast", "--package", package]);
    command
}

/// The server's compiled integration tests.
fn test_programs(workspace: &Workspace) -> Result<Vec<PathBuf>> {
    let printed = program::read(workspace.command("cargo").args([
        "test",
        "--no-run",
        "--package",
        "box-server",
        "--test",
        "*",
        "--message-format",
        "json",
    ]))?;
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

/// A test program without any of root's rights, with a home and a scratch folder of its own.
fn as_ordinary_user(workspace: &Workspace, program: &Path) -> Result<Command> {
    let home = std::env::temp_dir().join(format!("box-tests-as-{NOBODY}"));
    fs::create_dir_all(&home).with_context(|| format!("could not make {}", home.display()))?;
    chown(&home, Some(NOBODY), Some(NOBODY))
        .with_context(|| format!("could not give away {}", home.display()))?;
    fs::set_permissions(&home, fs::Permissions::from_mode(0o700))
        .with_context(|| format!("could not close {}", home.display()))?;
    let mut command = workspace.command("setpriv");
    command
        .arg(format!("--reuid={NOBODY}"))
        .arg(format!("--regid={NOBODY}"))
        .args(["--clear-groups", "--inh-caps=-all", "--"])
        .arg(program)
        .current_dir(workspace.path("server"))
        .env("HOME", &home)
        .env("TMPDIR", &home);
    Ok(command)
}
