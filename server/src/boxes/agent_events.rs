//! Reads the events that a custom harness prints (protocol `box-sse-v1`), as they arrive.
//!
//! Only framing: what an event means is decided in `agent`. Lines that are no field of an event
//! are passed over, so a harness may print other things between its events.

use serde_json::{Map, Value};
use thiserror::Error;

/// The largest event that is held in memory.
pub(super) const MAX_EVENT_BYTES: usize = 16 * 1024 * 1024;

/// One complete event.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct HarnessEvent {
    pub(super) name: String,
    pub(super) data: Map<String, Value>,
}

/// An event grew beyond all reason.
#[derive(Debug, Error)]
#[error("the harness wrote an event larger than 16 MiB")]
pub(super) struct EventTooLarge;

/// What has arrived of the next event.
#[derive(Debug, Default)]
pub(super) struct EventReader {
    line: Vec<u8>,
    name: String,
    data: String,
}

impl EventReader {
    /// Takes what was read, and gives the events that are complete with it.
    pub(super) fn push(&mut self, mut bytes: &[u8]) -> Result<Vec<HarnessEvent>, EventTooLarge> {
        let mut events = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, tail) = bytes.split_at(end);
            bytes = tail.get(1..).unwrap_or_default();
            self.line.extend_from_slice(head);
            let line = std::mem::take(&mut self.line);
            events.extend(self.take_line(&line));
        }
        self.line.extend_from_slice(bytes);
        if self.line.len() + self.data.len() > MAX_EVENT_BYTES {
            return Err(EventTooLarge);
        }
        Ok(events)
    }

    /// The last event, when the output ended without the blank line after it.
    pub(super) fn end(&mut self) -> Option<HarnessEvent> {
        let line = std::mem::take(&mut self.line);
        if !line.is_empty() {
            self.take_line(&line);
        }
        self.complete()
    }

    fn take_line(&mut self, line: &[u8]) -> Option<HarnessEvent> {
        let line = String::from_utf8_lossy(line);
        let line = line.strip_suffix('\r').unwrap_or(&line);
        if line.is_empty() {
            return self.complete();
        }
        if let Some(name) = line.strip_prefix("event:") {
            self.name = name.trim().to_owned();
        } else if let Some(data) = line.strip_prefix("data:") {
            if !self.data.is_empty() {
                self.data.push('\n');
            }
            self.data.push_str(data.strip_prefix(' ').unwrap_or(data));
        }
        None
    }

    /// An event without a name, or whose data is no JSON object, is none.
    fn complete(&mut self) -> Option<HarnessEvent> {
        let name = std::mem::take(&mut self.name);
        let data = std::mem::take(&mut self.data);
        let is_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-' | '.');
        if name.is_empty() || !name.chars().all(is_name) {
            return None;
        }
        let data = serde_json::from_str(&data).ok()?;
        Some(HarnessEvent { name, data })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const OUTPUT: &str = "starting…\r\nevent: text\ndata: {\"text\":\"grüß\"}\n\n: comment\n\
        data: {\"name\":\ndata: \"ls\"}\r\nevent: tool\r\n\r\nevent: bad\ndata: {\n\nevent: done\n\
        data: {\"output\":\"ok\"}";

    fn names(events: &[HarnessEvent]) -> Vec<&str> {
        events.iter().map(|event| event.name.as_str()).collect()
    }

    #[test]
    fn events_are_the_same_wherever_the_output_is_split() {
        for split in 0..=OUTPUT.len() {
            let (head, tail) = OUTPUT.as_bytes().split_at(split);
            let mut reader = EventReader::default();
            let mut events = reader.push(head).unwrap();
            events.extend(reader.push(tail).unwrap());
            events.extend(reader.end());
            assert_eq!(names(&events), ["text", "tool", "done"], "split at {split}");
            assert_eq!(events[0].data["text"], "grüß");
            assert_eq!(events[1].data["name"], "ls");
        }
    }

    #[test]
    fn an_endless_event_is_refused() {
        let mut reader = EventReader::default();
        let chunk = vec![b'x'; 1 << 20];
        let refused = (0..20).any(|_| reader.push(&chunk).is_err());
        assert!(refused);
    }
}
