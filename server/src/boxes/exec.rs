//! Running a command to its end and answering with all it wrote.

use tokio::io::AsyncReadExt;
use tokio::net::unix::pipe::Receiver;
use upstash_box_wasm::api_types::{CodeRequest, ExecRequest, ExecResponse};

use super::error::BoxError;
use super::job::Job;
use super::runs::{ActiveRun, Entry, reached};
use super::{Boxes, environment, to_completion};
use crate::sandbox::{Command, SandboxError};

/// How much of each output one answer holds. The rest is read and dropped, so that the command
/// does not block; a stream has no limit.
pub(super) const MAX_OUTPUT_BYTES: usize = 16 * 1024 * 1024;
/// How much of an output the history keeps.
pub(super) const MAX_KEPT_BYTES: usize = 64 * 1024;

impl Boxes {
    /// Runs a command. A command that fails is a result, not an error.
    pub(crate) async fn exec(
        &self,
        reference: &str,
        request: ExecRequest,
    ) -> Result<ExecResponse, BoxError> {
        let job = Job::from_command(request)?;
        collect(self.start_job(reference, job, false).await?).await
    }

    /// Runs a program's text.
    pub(crate) async fn exec_code(
        &self,
        reference: &str,
        request: CodeRequest,
    ) -> Result<ExecResponse, BoxError> {
        let job = Job::from_code(request)?;
        collect(self.start_job(reference, job, false).await?).await
    }

    /// Starts a command that nobody waits for; its run's id. The history gets what it wrote.
    pub(crate) async fn exec_detached(
        &self,
        reference: &str,
        request: ExecRequest,
    ) -> Result<String, BoxError> {
        let job = Job::from_command(request)?;
        let active = self.start_job(reference, job, true).await?;
        let run_id = active.id.clone();
        tokio::spawn(async move {
            let run_id = active.id.clone();
            match keep_beginning(active).await {
                Ok(()) => {}
                // The box was paused or deleted, or the server stops: the run's record says so.
                Err(BoxError::Sandbox(SandboxError::Ended)) => {
                    tracing::debug!(run_id, "a run ended with its sandbox");
                }
                Err(error) => {
                    tracing::warn!(run_id, %error, "the end of a run could not be recorded");
                }
            }
        });
        Ok(run_id)
    }

    /// Starts what `job` describes.
    pub(super) async fn start_job(
        &self,
        reference: &str,
        job: Job,
        merge_stderr: bool,
    ) -> Result<ActiveRun, BoxError> {
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let entered = this.enter(&reference).await?;
            let mut env_vars = this.secrets_of(&entered)?.environment();
            env_vars.extend(job.env);
            let entry = Entry {
                kind: "shell",
                prompt: job.prompt,
                timeout_ms: job.timeout_ms,
                ..Entry::default()
            };
            let command = Command {
                env: environment::variables(
                    this.image_env(&entered.record),
                    &entered.record,
                    &env_vars,
                    &[],
                ),
                argv: job.argv,
                cwd: job.cwd,
                merge_stderr,
                stdin: job.stdin,
            };
            this.start_run(entered, command, entry).await
        })
        .await
    }
}

/// Waits for a run and answers with all it wrote.
pub(super) async fn collect(mut active: ActiveRun) -> Result<ExecResponse, BoxError> {
    let run_id = active.id.clone();
    let mut collected = Collected::default();
    if let Err(error) = collected.read(&mut active).await {
        active.lose(error.to_string()).await?;
        return Err(BoxError::Output(error));
    }
    let ended = active
        .finish(|ended, outcome| outcome.exit_code = Some(ended.code()))
        .await?;
    Ok(ExecResponse {
        run_id: Some(run_id),
        exit_code: ended.code(),
        output: String::from_utf8_lossy(&collected.output.bytes).into_owned(),
        error: Some(collected.error_text(ended.is_timed_out)),
        cpu_ns: Some(u64::try_from(ended.exit.cpu.as_nanos()).unwrap_or(u64::MAX)),
    })
}

/// Waits for a run and records the beginning of what it wrote.
async fn keep_beginning(mut active: ActiveRun) -> Result<(), BoxError> {
    let mut collected = Collected::default();
    if let Err(error) = collected.read(&mut active).await {
        return active.lose(error.to_string()).await;
    }
    let output = collected.output.bytes;
    let kept = output.get(..MAX_KEPT_BYTES).unwrap_or(&output);
    let output = String::from_utf8_lossy(kept).into_owned();
    active
        .finish(|ended, outcome| {
            outcome.output = Some(output);
            outcome.exit_code = Some(ended.code());
        })
        .await
        .map(drop)
}

/// Both outputs of a run.
#[derive(Debug, Default)]
pub(super) struct Collected {
    pub(super) output: Capped,
    pub(super) error: Capped,
}

/// The beginning of an output.
#[derive(Debug, Default)]
pub(super) struct Capped {
    pub(super) bytes: Vec<u8>,
    total: usize,
}

impl Collected {
    /// Reads both outputs to their end.
    pub(super) async fn read(&mut self, active: &mut ActiveRun) -> std::io::Result<()> {
        let mut is_output_open = true;
        let mut is_error_open = active.run.stderr.is_some();
        while is_output_open || is_error_open {
            tokio::select! {
                open = self.output.read(Some(&mut active.run.stdout)), if is_output_open => {
                    is_output_open = open?;
                }
                open = self.error.read(active.run.stderr.as_mut()), if is_error_open => {
                    is_error_open = open?;
                }
                () = reached(active.deadline) => active.time_out(),
            }
        }
        Ok(())
    }

    /// Whether an output was longer than what is held.
    pub(super) fn is_cut(&self) -> bool {
        self.output.total.max(self.error.total) > MAX_OUTPUT_BYTES
    }

    /// Standard error, with what there is to say about the answer itself at its end.
    fn error_text(&self, is_timed_out: bool) -> String {
        let mut text = String::from_utf8_lossy(&self.error.bytes).into_owned();
        for (what, capped) in [("output", &self.output), ("error", &self.error)] {
            if capped.total > MAX_OUTPUT_BYTES {
                text.push_str(&format!(
                    "\nbox-server: standard {what} was cut after 16 MiB of {} bytes; \
                     exec-stream has no limit\n",
                    capped.total
                ));
            }
        }
        if is_timed_out {
            text.push_str("\nbox-server: the command was ended because its timeout was up\n");
        }
        text
    }
}

impl Capped {
    /// Reads once; whether there may be more. Losing this future in a `select!` loses no bytes.
    async fn read(&mut self, pipe: Option<&mut Receiver>) -> std::io::Result<bool> {
        let Some(pipe) = pipe else { return Ok(false) };
        if self.bytes.len() < MAX_OUTPUT_BYTES {
            let room = MAX_OUTPUT_BYTES - self.bytes.len();
            let count = pipe.take(room as u64).read_buf(&mut self.bytes).await?;
            self.total += count;
            return Ok(count > 0);
        }
        let mut dropped = [0; 8192];
        let count = pipe.read(&mut dropped).await?;
        self.total += count;
        Ok(count > 0)
    }
}
