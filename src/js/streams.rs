//! The two stream readers as JavaScript holds them. The reading of the network is JavaScript's own.

use js_sys::Uint8Array;
use wasm_bindgen::prelude::*;

use crate::event_stream::EventStream;
use crate::exec_stream::ExecStream;

/// Reads one stream, of a command or of events. One class, because each costs half a kilobyte.
#[wasm_bindgen(js_name = Reader)]
#[derive(Debug, Default)]
pub struct WasmReader {
    command: ExecStream,
    held: Vec<u8>,
    events: EventStream,
}

#[wasm_bindgen(js_class = Reader)]
impl WasmReader {
    /// A reader of one stream.
    #[wasm_bindgen(constructor)]
    pub fn new() -> Self {
        Self::default()
    }

    /// Takes a chunk of a command's stream. So many bytes at its start are output, after those that
    /// `held()` gives.
    pub fn output(&mut self, chunk: &[u8]) -> usize {
        let released = self.command.push(chunk);
        self.held = released.held;
        released.of_chunk
    }

    /// Bytes of earlier chunks that turned out to be output.
    pub fn held(&mut self) -> Uint8Array {
        std::mem::take(&mut self.held).as_slice().into()
    }

    /// Ends a command's stream: the data of its trailer, if it may have one. When those are none,
    /// `held()` has the last output.
    pub fn trailer(&mut self) -> Uint8Array {
        let (held, data) = self.command.finish();
        let data = data
            .and_then(|data| held.get(data))
            .unwrap_or_default()
            .into();
        self.held = held;
        data
    }

    /// Takes a chunk of events and gives those that are complete: for each its name, LF, its data, LF.
    /// No chunk means the end.
    ///
    /// Crossing once for a whole chunk is what makes it fast. A line break inside JSON data is a space
    /// to its reader, so it becomes one.
    pub fn events(&mut self, chunk: &[u8], is_end: bool) -> Uint8Array {
        let mut events = Vec::new();
        let mut add = |name: &[u8], data: &[u8]| {
            events.extend_from_slice(name);
            events.push(b'\n');
            let start = events.len();
            events.extend_from_slice(data);
            for byte in events.iter_mut().skip(start) {
                if *byte == b'\n' {
                    *byte = b' ';
                }
            }
            events.push(b'\n');
        };
        self.events.push(chunk, &mut add);
        if is_end {
            self.events.finish(&mut add);
        }
        events.as_slice().into()
    }
}
