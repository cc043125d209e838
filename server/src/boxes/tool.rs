//! The box's own programs at work for a file operation that is too long for one call.
//!
//! They run like a command but are not in the history, and the box's lock is not held meanwhile.

use std::time::Duration;

use tokio::io::AsyncReadExt;

use super::error::BoxError;
use super::owner::RunCount;
use super::{Boxes, environment, paths, to_completion};
use crate::sandbox::{Command, Run};

/// Longer than any disk needs.
const LIMIT: Duration = Duration::from_secs(30 * 60);
/// How much of what a program says explains its failure.
const MAX_COMPLAINT_BYTES: u64 = 2000;

/// A program at work. Dropping it ends the program.
#[derive(Debug)]
pub(super) struct Tool {
    pub(super) run: Run,
    _count: RunCount,
}

impl Boxes {
    /// Starts one of the box's programs.
    pub(super) async fn start_tool(
        &self,
        reference: &str,
        argv: &[&str],
        cwd: String,
    ) -> Result<Tool, BoxError> {
        let argv = argv.iter().map(ToString::to_string).collect();
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let command = Command {
                argv,
                env: environment::variables(
                    this.image_env(&entered.record),
                    &entered.record,
                    &Default::default(),
                    &[],
                ),
                cwd,
                merge_stderr: false,
                stdin: Vec::new(),
            };
            let count = RunCount::new(&entered.owner);
            let run = this.run_in_sandbox(&mut entered, command).await?;
            Ok(Tool { run, _count: count })
        })
        .await
    }

    /// Runs one of the box's programs, which must succeed.
    pub(super) async fn run_tool(&self, reference: &str, argv: &[&str]) -> Result<(), BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        let argv: Vec<String> = argv.iter().map(ToString::to_string).collect();
        // Half a removal is worse than one that goes on when the client has gone.
        to_completion(async move {
            let argv: Vec<&str> = argv.iter().map(String::as_str).collect();
            let tool = this
                .start_tool(&reference, &argv, paths::ROOT.to_owned())
                .await?;
            tokio::time::timeout(LIMIT, tool.succeed())
                .await
                .unwrap_or_else(|_| Err(BoxError::Conflict("it took over 30 minutes".to_owned())))
        })
        .await
    }
}

impl Tool {
    /// Waits for the end. What the program said is the error when it failed.
    pub(super) async fn succeed(mut self) -> Result<(), BoxError> {
        let complaint = self.complaint().await?;
        let exit = self.run.wait().await?;
        if exit.code == 0 {
            return Ok(());
        }
        Err(BoxError::Conflict(format!(
            "it failed with exit code {}: {complaint}",
            exit.code
        )))
    }

    /// The beginning of what it writes to standard error, read to its end.
    pub(super) async fn complaint(&mut self) -> Result<String, BoxError> {
        let Some(stderr) = self.run.stderr.as_mut() else {
            return Ok(String::new());
        };
        let mut text = Vec::new();
        let mut beginning = stderr.take(MAX_COMPLAINT_BYTES);
        beginning
            .read_to_end(&mut text)
            .await
            .map_err(BoxError::Output)?;
        tokio::io::copy(stderr, &mut tokio::io::sink())
            .await
            .map_err(BoxError::Output)?;
        Ok(String::from_utf8_lossy(&text).trim().to_owned())
    }
}
