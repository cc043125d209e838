//! The events of an agent run, from the harness's output to whoever reads the stream.
//!
//! The last event is always `done` or `error`, and it is passed on only when the harness has ended
//! and the run is recorded: whoever has seen it may take a snapshot at once.

use std::collections::VecDeque;
use std::time::Duration;

use bytes::BytesMut;
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::time::Instant as Deadline;

use super::agent_events::HarnessEvent;
use super::agent_json::WantedJson;
use super::agent_outcome::{answer, fill, last_event};
use super::agent_text::AgentText;
use super::error::BoxError;
use super::harness::Output;
use super::runs::{ActiveRun, reached};

/// How long a harness may go on after its last event.
const GRACE: Duration = Duration::from_secs(5);
/// How much of what a harness wrote to standard error explains its failure.
const MAX_ERROR_BYTES: usize = 4000;
const READ_BYTES: usize = 64 * 1024;

/// What is to be known at the end.
#[derive(Clone, Debug)]
pub(super) struct Ending {
    /// What to say when the program is not there.
    pub(super) install: Option<&'static str>,
    /// The JSON that the answer is to be.
    pub(super) wanted: Option<WantedJson>,
}

/// The events of one agent run. Dropping it ends the run.
#[derive(Debug)]
pub(crate) struct AgentStream {
    run_id: String,
    active: Option<ActiveRun>,
    reader: Output,
    ending: Ending,
    ready: VecDeque<(String, Value)>,
    /// All text so far: the output of a harness that names none.
    text: AgentText,
    /// The end of standard error.
    complaint: Vec<u8>,
    /// `done` or `error`, once the harness has said so.
    last: Option<HarnessEvent>,
}

impl AgentStream {
    pub(super) fn new(active: ActiveRun, reader: Output, ending: Ending) -> Self {
        let start = ("run_start".to_owned(), json!({ "run_id": active.id }));
        Self {
            run_id: active.id.clone(),
            active: Some(active),
            reader,
            ending,
            ready: VecDeque::from([start]),
            text: AgentText::default(),
            complaint: Vec::new(),
            last: None,
        }
    }

    pub(crate) fn run_id(&self) -> &str {
        &self.run_id
    }

    /// The next event, its name and its data; `None` after the last.
    pub(crate) async fn next(&mut self) -> Option<Result<(String, Value), BoxError>> {
        loop {
            if let Some(event) = self.ready.pop_front() {
                return Some(Ok(event));
            }
            let active = self.active.as_mut()?;
            let read = read(active, &mut self.complaint).await;
            let taken = match read {
                Ok(bytes) if bytes.is_empty() => return Some(self.finish().await),
                Ok(bytes) => self.reader.push(&bytes).map_err(|error| error.to_string()),
                Err(error) => Err(error.to_string()),
            };
            match taken {
                Ok(events) => events.into_iter().for_each(|event| self.take(event)),
                Err(why) => return Some(self.give_up(why).await),
            }
        }
    }

    /// Passes an event on, or keeps it for the end.
    fn take(&mut self, event: HarnessEvent) {
        if self.last.is_some() || event.name == "run_start" {
            return;
        }
        if event.name == "done" || event.name == "error" {
            if let Some(active) = &mut self.active {
                active.deadline = Some(Deadline::now() + GRACE);
            }
            self.last = Some(event);
            return;
        }
        if event.name == "text"
            && let Some(text) = event.data.get("text").and_then(Value::as_str)
        {
            self.text.push(text);
        }
        self.ready
            .push_back((event.name, Value::Object(event.data)));
    }

    /// The harness has ended: records the run and says how it went.
    async fn finish(&mut self) -> Result<(String, Value), BoxError> {
        for event in self.reader.end() {
            self.take(event);
        }
        let Some(active) = self.active.take() else {
            return Err(BoxError::Interrupted("the run was ended twice".to_owned()));
        };
        let last = self.last.take();
        let text = std::mem::take(&mut self.text).into_output();
        let complaint = String::from_utf8_lossy(&self.complaint).trim().to_owned();
        let ending = self.ending.clone();
        let is_done = last.as_ref().is_none_or(|event| event.name == "done");
        let wanted = match ending.wanted.filter(|_| is_done) {
            Some(wanted) => Some(wanted.find(answer(last.as_ref(), &text)).await),
            None => None,
        };
        let mut event = None;
        active
            .finish(|ended, outcome| {
                let exit = &ended.exit;
                let end = last_event(last, text, &complaint, exit, ending.install, wanted);
                fill(outcome, &end);
                event = Some(end);
            })
            .await?;
        let event = event.ok_or_else(|| BoxError::Interrupted("no last event".to_owned()))?;
        Ok((event.name, Value::Object(event.data)))
    }

    async fn give_up(&mut self, why: String) -> Result<(String, Value), BoxError> {
        if let Some(active) = self.active.take() {
            active.lose(why.clone()).await?;
        }
        Ok(("error".to_owned(), json!({ "error": why })))
    }
}

/// What the harness wrote since the last call; empty when both its outputs have ended.
async fn read(active: &mut ActiveRun, complaint: &mut Vec<u8>) -> std::io::Result<BytesMut> {
    let mut output = BytesMut::with_capacity(READ_BYTES);
    let mut is_output_open = true;
    while is_output_open || active.run.stderr.is_some() {
        let run = &mut active.run;
        let mut said = [0; 4096];
        tokio::select! {
            count = run.stdout.read_buf(&mut output), if is_output_open => {
                if count? > 0 {
                    return Ok(output);
                }
                is_output_open = false;
            }
            count = read_some(run.stderr.as_mut(), &mut said) => {
                match count? {
                    0 => run.stderr = None,
                    count => complaint.extend_from_slice(said.get(..count).unwrap_or_default()),
                }
                let excess = complaint.len().saturating_sub(MAX_ERROR_BYTES);
                complaint.drain(..excess);
            }
            () = reached(active.deadline) => active.time_out(),
        }
    }
    Ok(output)
}

/// Never resolves without a pipe.
async fn read_some<R: AsyncReadExt + Unpin>(
    pipe: Option<&mut R>,
    buffer: &mut [u8],
) -> std::io::Result<usize> {
    match pipe {
        Some(pipe) => pipe.read(buffer).await,
        None => std::future::pending().await,
    }
}
