//! The two stream readers as JavaScript holds them. The reading of the network is JavaScript's own.

use wasm_bindgen::prelude::*;

use super::convert::{error_to_js, from_js, parse_json, to_js};
use crate::event_stream::EventStream;
use crate::exec_stream::ExecStream;

/// Finds the trailer in the stream of a command.
#[wasm_bindgen(js_name = ExecReader)]
#[derive(Debug, Default)]
pub struct WasmExecReader {
    stream: ExecStream,
    held: Vec<u8>,
}

#[wasm_bindgen(js_class = ExecReader)]
impl WasmExecReader {
    /// A reader of one stream.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a chunk. So many bytes at its start are output, after those that `held()` gives.
    pub fn push(&mut self, chunk: &[u8]) -> usize {
        let released = self.stream.push(chunk);
        self.held = released.held;
        released.of_chunk
    }

    /// Bytes of earlier chunks that are output after all.
    pub fn held(&mut self) -> Option<Vec<u8>> {
        if self.held.is_empty() {
            None
        } else {
            Some(std::mem::take(&mut self.held))
        }
    }

    /// The last element of the stream. When it throws, `held()` still has output.
    pub fn finish(&mut self) -> Result<JsValue, JsValue> {
        let (held, end) = self
            .stream
            .finish(|text| from_js(&parse_json(&text.into()).ok()?).ok());
        self.held = held;
        end.map(|exit| to_js(&exit))
            .map_err(|error| error_to_js(&error))
    }
}

/// Splits a stream of server-sent events.
#[wasm_bindgen(js_name = EventReader)]
#[derive(Debug, Default)]
pub struct WasmEventReader {
    stream: EventStream,
}

#[wasm_bindgen(js_class = EventReader)]
impl WasmEventReader {
    /// A reader of one stream.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// The events that are complete: for each its name, LF, its data, LF. No chunk means the end.
    ///
    /// Crossing once for a whole chunk is what makes it fast. A line break inside JSON data is a space
    /// to its reader, so it becomes one.
    pub fn push(&mut self, chunk: Option<Vec<u8>>) -> String {
        let mut events = String::new();
        let mut add = |name: &str, data: &str| {
            events.push_str(name);
            for (index, line) in data.split('\n').enumerate() {
                events.push(if index == 0 { '\n' } else { ' ' });
                events.push_str(line);
            }
            events.push('\n');
        };
        match chunk {
            Some(chunk) => self.stream.push(&chunk, &mut add),
            None => self.stream.finish(&mut add),
        }
        events
    }
}
