//! The output of a command as it comes.

use std::collections::VecDeque;

use crate::api_types::{ErrorCode, StreamError, StreamExit};
use crate::error::Error;
use crate::exec_stream::ExecStream;
use crate::transport::Body;

/// What a streamed command gives.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum CommandChunk {
    /// Some of its output.
    Output(Vec<u8>),
    /// It ended; nothing follows.
    Exit(StreamExit),
}

/// The output of a command as it comes.
#[derive(Debug)]
pub struct CommandStream<B> {
    body: B,
    reader: ExecStream,
    chunks: VecDeque<CommandChunk>,
    ended: bool,
}

impl<B: Body> CommandStream<B> {
    pub(super) fn new(body: B) -> Self {
        Self {
            body,
            reader: ExecStream::default(),
            chunks: VecDeque::new(),
            ended: false,
        }
    }

    /// The next chunk; `None` after the exit.
    ///
    /// # Errors
    ///
    /// `stream_truncated` when the stream ends before it says how the command did, `run_failed` when the
    /// command could not be run, `network` when the connection is lost, `timeout` when its time runs out.
    pub async fn next(&mut self) -> Result<Option<CommandChunk>, Error> {
        loop {
            if let Some(chunk) = self.chunks.pop_front() {
                return Ok(Some(chunk));
            }
            if self.ended {
                return Ok(None);
            }
            match self.body.chunk().await? {
                Some(chunk) => {
                    let released = self.reader.push(&chunk);
                    self.add(released.held);
                    self.add(chunk.get(..released.of_chunk).unwrap_or_default().to_vec());
                }
                None => self.end()?,
            }
        }
    }

    fn add(&mut self, output: Vec<u8>) {
        if !output.is_empty() {
            self.chunks.push_back(CommandChunk::Output(output));
        }
    }

    fn end(&mut self) -> Result<(), Error> {
        self.ended = true;
        let (held, data) = self.reader.finish();
        let data = data.and_then(|range| held.get(range)).unwrap_or_default();
        if let Ok(exit) = serde_json::from_slice(data) {
            self.chunks.push_back(CommandChunk::Exit(exit));
            return Ok(());
        }
        match serde_json::from_slice::<StreamError>(data) {
            Ok(failed) => Err(Error::new(ErrorCode::RunFailed, failed.error)),
            Err(_) => Err(cut_off()),
        }
    }
}

/// The failure of a stream without its end.
pub(super) fn cut_off() -> Error {
    let message =
        "The stream ended before it said how the run ended: the connection or the server was lost.";
    Error::new(ErrorCode::StreamTruncated, message.to_owned())
}
