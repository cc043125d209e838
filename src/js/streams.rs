//! The two stream readers as JavaScript holds them. The reading of the network is JavaScript's own.

use wasm_bindgen::prelude::*;

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

    /// Bytes of earlier chunks that turned out to be output.
    pub fn held(&mut self) -> Option<Vec<u8>> {
        Some(std::mem::take(&mut self.held)).filter(|held| !held.is_empty())
    }

    /// Ends the stream: the data of its trailer. When that is none, `held()` has the last output.
    pub fn finish(&mut self) -> Option<Vec<u8>> {
        let (held, data) = self.stream.finish();
        self.held = held;
        Some(self.held.get(data?)?.to_vec())
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
    pub fn push(&mut self, chunk: Option<Vec<u8>>) -> Vec<u8> {
        let mut events = Vec::new();
        let mut add = |name: &[u8], data: &[u8]| {
            events.extend_from_slice(name);
            events.push(b'\n');
            events.extend(
                data.iter()
                    .map(|byte| if *byte == b'\n' { b' ' } else { *byte }),
            );
            events.push(b'\n');
        };
        match chunk {
            Some(chunk) => self.stream.push(&chunk, &mut add),
            None => self.stream.finish(&mut add),
        }
        events
    }
}
