//! Running a command and passing on what it writes as it comes.

use bytes::{Bytes, BytesMut};
use tokio::io::AsyncReadExt;
use upstash_box_wasm::api_types::{CodeRequest, ExecRequest, StreamExit};

use super::Boxes;
use super::error::BoxError;
use super::job::Job;
use super::runs::{ActiveRun, reached};

/// The pipe of a run holds this much, so one read can empty it.
const READ_BYTES: usize = 64 * 1024;

/// What comes out of a streamed run.
#[derive(Debug)]
pub(crate) enum ExecEvent {
    /// What the command wrote, both outputs in one.
    Output(Bytes),
    /// The end, always the last event.
    Exit(StreamExit),
}

/// A streamed run. Dropping it kills the command.
#[derive(Debug)]
pub(crate) struct ExecStream {
    active: Option<ActiveRun>,
}

impl Boxes {
    /// Starts a command whose output is to be streamed.
    pub(crate) async fn exec_stream(
        &self,
        reference: &str,
        request: ExecRequest,
    ) -> Result<ExecStream, BoxError> {
        if request.is_async {
            return Err(BoxError::InvalidArgument(
                "async: a stream is read while the command runs; use exec".to_owned(),
            ));
        }
        self.job_stream(reference, Job::from_command(request)?)
            .await
    }

    /// Starts a program's text whose output is to be streamed.
    pub(crate) async fn code_stream(
        &self,
        reference: &str,
        request: CodeRequest,
    ) -> Result<ExecStream, BoxError> {
        self.job_stream(reference, Job::from_code(request)?).await
    }

    async fn job_stream(&self, reference: &str, job: Job) -> Result<ExecStream, BoxError> {
        let active = self.start_job(reference, job, true).await?;
        Ok(ExecStream {
            active: Some(active),
        })
    }
}

impl ExecStream {
    /// The next event; `None` after the last. An error is the last event, too.
    pub(crate) async fn next(&mut self) -> Option<Result<ExecEvent, BoxError>> {
        let active = self.active.as_mut()?;
        match read(active).await {
            Ok(bytes) if !bytes.is_empty() => Some(Ok(ExecEvent::Output(bytes))),
            Ok(_) => Some(self.exit().await),
            Err(error) => {
                let active = self.active.take()?;
                let lost = active.lose(error.to_string()).await;
                Some(Err(lost.err().unwrap_or(BoxError::Output(error))))
            }
        }
    }

    async fn exit(&mut self) -> Result<ExecEvent, BoxError> {
        let Some(active) = self.active.take() else {
            return Err(BoxError::Interrupted("the run was ended twice".to_owned()));
        };
        let ended = active
            .finish(|ended, outcome| outcome.exit_code = Some(ended.code()))
            .await?;
        Ok(ExecEvent::Exit(StreamExit {
            exit_code: ended.code(),
            cpu_ns: u64::try_from(ended.exit.cpu.as_nanos()).unwrap_or(u64::MAX),
        }))
    }
}

/// What the command wrote since the last call; empty at the end.
async fn read(active: &mut ActiveRun) -> std::io::Result<Bytes> {
    let mut buffer = BytesMut::with_capacity(READ_BYTES);
    loop {
        tokio::select! {
            count = active.run.stdout.read_buf(&mut buffer) => {
                count?;
                return Ok(buffer.freeze());
            }
            () = reached(active.deadline) => active.time_out(),
        }
    }
}
