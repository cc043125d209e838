//! `test`: every suite, each thing built once, one line of totals at the end.
//!
//! A suite that can't run here says why; where `CI=true` that is a failure, so that no suite can
//! drop out unnoticed.

mod agents;
mod javascript;
mod native;
mod official;
mod openapi;
mod ordinary_user;
mod report;
mod totals;

use std::path::PathBuf;
use std::process::ExitCode;

use anyhow::{Context, Result};

use crate::build;
use crate::consumer::Consumer;
use crate::demo;
use crate::docs;
use crate::matrix;
use crate::pack;
use crate::server_binary::{self, Profile};
use crate::workspace::Workspace;

use report::Report;

/// Runs every suite; the exit code is 1 when anything failed.
pub(crate) fn test(workspace: &Workspace) -> ExitCode {
    let mut report = Report::new(std::env::var_os("CI").is_some_and(|value| value == "true"));
    native::run(workspace, &mut report);
    match prepare(workspace) {
        Ok((consumer, server)) => {
            report.verdict("package size", &pack::weigh(workspace, &consumer));
            report.verdict("API reference", &docs::reference(workspace));
            javascript::npm(workspace, &consumer, &server, &mut report);
            agents::run(workspace, &consumer, &server, &mut report);
            official::run(workspace, &server, &mut report);
            openapi::run(workspace, &server, &mut report);
            javascript::browsers(workspace, &consumer, &server, &mut report);
            report.suite(
                "runtimes and bundlers",
                matrix::command(workspace, &consumer, &server, &[]),
            );
            report.suite(
                "README scenario",
                demo::check_command(workspace, &consumer, &server),
            );
        }
        Err(error) => report.verdict("package and server", &Err(error)),
    }
    report.close()
}

/// Runs what takes too long for every day, with mixed work for so many minutes; the exit code is 1 when
/// anything failed.
pub(crate) fn test_long(workspace: &Workspace, minutes: u32) -> ExitCode {
    let mut report = Report::new(false);
    native::run_long(workspace, &mut report);
    match prepare(workspace) {
        Ok((consumer, server)) => {
            javascript::soak(workspace, &consumer, &server, minutes, &mut report);
        }
        Err(error) => report.verdict("package and server", &Err(error)),
    }
    report.close()
}

/// What the suites that run from outside need.
fn prepare(workspace: &Workspace) -> Result<(Consumer, PathBuf)> {
    build::build(workspace)?;
    let consumer = pack::pack(workspace)?;
    let server =
        server_binary::build(workspace, Profile::Dev).context("could not build box-server")?;
    Ok((consumer, server))
}
