//! Reads the stream of a command: raw output, then one trailer.
//!
//! ```text
//! <any bytes>event: exit LF data: {"exit_code": 0, "cpu_ns": 1200} LF LF
//! ```
//!
//! Output may contain the same words, so only a block with nothing but whitespace behind it at the end
//! of the stream is the trailer. Only the end of what has arrived can become that: the rest is output
//! at once, and is never copied. A stream without a trailer was cut off, which is a failure.

use std::ops::Range;

const EXIT: &[u8] = b"event: exit\n";
const ERROR: &[u8] = b"event: error\n";
const DATA: &[u8] = b"data: ";
/// A block longer than this is output: no server sends one.
const LONGEST_TRAILER: usize = 64 * 1024;

/// The part of a stream that may be its trailer.
#[derive(Debug, Default)]
pub struct ExecStream {
    held: Vec<u8>,
    /// `held` ends inside its data line.
    in_data: bool,
}

/// How much of the bytes so far is output for certain.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Released {
    /// Bytes of earlier chunks that turned out to be output.
    pub held: Vec<u8>,
    /// How many bytes at the start of this chunk follow them.
    pub of_chunk: usize,
}

impl ExecStream {
    /// Takes the next bytes and says which are output.
    pub fn push(&mut self, chunk: &[u8]) -> Released {
        if self.held.is_empty() {
            let start = trailer_start(chunk);
            let (_, tail) = chunk.split_at(start);
            self.hold(tail.to_vec());
            return Released {
                held: Vec::new(),
                of_chunk: start,
            };
        }
        let before = self.held.len();
        self.held.extend_from_slice(chunk);
        if self.in_data && !has_line_break(chunk) && self.held.len() <= LONGEST_TRAILER {
            return Released::default();
        }
        let start = trailer_start(&self.held);
        let tail = self.held.split_off(start);
        let mut output = std::mem::take(&mut self.held);
        let of_chunk = output.len().saturating_sub(before);
        output.truncate(before);
        self.hold(tail);
        Released {
            held: output,
            of_chunk,
        }
    }

    /// Ends the stream: the bytes that were held back, and where in them the trailer's data lie.
    ///
    /// It is a trailer when those data are JSON with an exit code or an error; otherwise the bytes are
    /// output, and the stream was cut off.
    pub fn finish(&mut self) -> (Vec<u8>, Option<Range<usize>>) {
        let held = std::mem::take(&mut self.held);
        let data = data_of(&held).and_then(|data| {
            let start = held.len() - data.len();
            Some(start..start + data.iter().position(|byte| *byte == b'\n')?)
        });
        (held, data)
    }

    fn hold(&mut self, tail: Vec<u8>) {
        self.in_data = data_of(&tail).is_some_and(|data| !has_line_break(data));
        self.held = tail;
    }
}

#[expect(
    clippy::manual_contains,
    reason = "its own search is fast and large, and this is asked of trailers alone"
)]
fn has_line_break(bytes: &[u8]) -> bool {
    bytes.iter().any(|byte| *byte == b'\n')
}

/// What follows `data: ` in bytes that begin with a marker.
fn data_of(bytes: &[u8]) -> Option<&[u8]> {
    let rest = bytes
        .strip_prefix(EXIT)
        .or_else(|| bytes.strip_prefix(ERROR))?;
    rest.strip_prefix(DATA)
}

/// Where the bytes begin that may still become the trailer.
fn trailer_start(bytes: &[u8]) -> usize {
    let window = bytes.len().saturating_sub(LONGEST_TRAILER);
    let (_, seen) = bytes.split_at(window);
    window + with_data_line(seen).unwrap_or_else(|| at_the_end(seen))
}

/// The start of a marker with its data line, finished or not, and nothing but whitespace behind it.
fn with_data_line(bytes: &[u8]) -> Option<usize> {
    let text_end = bytes.iter().rposition(|byte| !byte.is_ascii_whitespace())? + 1;
    let line = bytes
        .get(..text_end)?
        .iter()
        .rposition(|byte| *byte == b'\n')?
        + 1;
    let (before, data) = bytes.split_at(line);
    if !data.starts_with(DATA) && !DATA.starts_with(data) {
        return None;
    }
    let marker = before
        .strip_suffix(EXIT)
        .or_else(|| before.strip_suffix(ERROR))?;
    Some(marker.len())
}

/// The start of a marker, or of the beginning of one, that ends with the bytes.
fn at_the_end(bytes: &[u8]) -> usize {
    let longest = ERROR.len().min(bytes.len());
    (bytes.len() - longest..bytes.len())
        .find(|start| {
            let (_, end) = bytes.split_at(*start);
            EXIT.starts_with(end) || ERROR.starts_with(end)
        })
        .unwrap_or(bytes.len())
}
