//! What an agent says and does, as it comes.

use std::collections::VecDeque;

use serde_json::Value;

use super::commands::cut_off;
use crate::api_types::ErrorCode;
use crate::error::Error;
use crate::event_stream::EventStream;
use crate::transport::Body;

/// What an agent says or does: `text`, `tool`, `done` and so on, with its data as the service sends it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AgentEvent {
    /// The kind of event.
    pub name: String,
    /// Its members.
    pub data: Value,
}

/// The events of an agent as they come.
#[derive(Debug)]
pub struct AgentStream<B> {
    body: B,
    reader: EventStream,
    events: VecDeque<(Vec<u8>, Vec<u8>)>,
    is_done: bool,
}

impl<B: Body> AgentStream<B> {
    pub(super) fn new(body: B) -> Self {
        Self {
            body,
            reader: EventStream::default(),
            events: VecDeque::new(),
            is_done: false,
        }
    }

    /// The next event; `None` after `done`.
    ///
    /// # Errors
    ///
    /// `run_failed` when the agent fails, `stream_truncated` when the stream ends before `done`,
    /// `invalid_response` for an event that is no JSON, `network` when the connection is lost, `timeout`
    /// when its time runs out.
    pub async fn next(&mut self) -> Result<Option<AgentEvent>, Error> {
        loop {
            if self.is_done {
                return Ok(None);
            }
            if let Some((name, data)) = self.events.pop_front() {
                return self.event(&name, &data).map(Some);
            }
            let chunk = self.body.chunk().await?;
            let mut keep = |name: &[u8], data: &[u8]| {
                self.events.push_back((name.to_vec(), data.to_vec()));
            };
            match &chunk {
                Some(chunk) => self.reader.push(chunk, &mut keep),
                None => self.reader.finish(&mut keep),
            }
            if chunk.is_none() && self.events.is_empty() {
                return Err(cut_off());
            }
        }
    }

    fn event(&mut self, name: &[u8], data: &[u8]) -> Result<AgentEvent, Error> {
        let name = String::from_utf8_lossy(name).into_owned();
        let data: Value = serde_json::from_slice(data).map_err(|_| {
            let message = "The agent's stream has an event whose data is not JSON.".to_owned();
            Error::new(ErrorCode::InvalidResponse, message)
        })?;
        if name == "error" {
            let said = data.get("error").and_then(Value::as_str);
            let message = said.unwrap_or("The agent failed.").to_owned();
            return Err(Error::new(ErrorCode::RunFailed, message));
        }
        self.is_done = name == "done";
        Ok(AgentEvent { name, data })
    }
}
