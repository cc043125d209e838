//! Lines of JSON, as they arrive. A line that is none is passed over: programs greet and warn.

use super::super::agent_events::{EventTooLarge, HarnessEvent, MAX_EVENT_BYTES};
use super::{Totals, Translate};

/// What has arrived of the next line, and what the lines so far add up to.
#[derive(Debug, Default)]
pub(crate) struct JsonLines {
    line: Vec<u8>,
    totals: Totals,
}

impl JsonLines {
    pub(super) fn push(
        &mut self,
        mut bytes: &[u8],
        translate: Translate,
    ) -> Result<Vec<HarnessEvent>, EventTooLarge> {
        let mut events = Vec::new();
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (head, tail) = bytes.split_at(end);
            bytes = tail.get(1..).unwrap_or_default();
            self.line.extend_from_slice(head);
            events.extend(self.end(translate));
        }
        self.line.extend_from_slice(bytes);
        if self.line.len() > MAX_EVENT_BYTES {
            return Err(EventTooLarge);
        }
        Ok(events)
    }

    pub(super) fn end(&mut self, translate: Translate) -> Vec<HarnessEvent> {
        let line = std::mem::take(&mut self.line);
        match serde_json::from_slice(&line) {
            Ok(value) => translate(&mut self.totals, &value),
            Err(_) => Vec::new(),
        }
    }
}
