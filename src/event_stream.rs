//! Reads server-sent events, bit by bit and in time linear in their size.
//!
//! Lines end with LF, CR LF or CR. The space after a colon may be missing, data may stand on several lines,
//! and comments are skipped, as the standard says. Two things go beyond it: an event at the end of the
//! stream needs no blank line, and a field may stand behind the letters of a terminal's spinner, which
//! the hosted service lets through. A CR may be such a letter: alone behind an LF it is no blank line.
//!
//! An event that is longer than any honest one is not kept: an event `error` takes its place.
//!
//! Names and data are bytes: whoever turns them into text replaces what is none.

/// Lines and data longer than this are dropped: without an end they would fill the memory.
const LONGEST: usize = 64 << 20;
const TOO_LONG: &[u8] = br#"{"error":"An event of the stream is longer than 64 MiB."}"#;

/// The state between two chunks.
#[derive(Debug, Default)]
pub struct EventStream {
    /// The start of a line whose end has not arrived.
    line: Vec<u8>,
    name: Vec<u8>,
    data: Vec<u8>,
    has_data: bool,
    /// LF or CR, when that alone ended the last line.
    ended_by: u8,
}

impl EventStream {
    /// Takes the next bytes and gives each event that is complete, as name and data.
    pub fn push(&mut self, chunk: &[u8], event: &mut dyn FnMut(&[u8], &[u8])) {
        let mut rest = chunk;
        // Most bytes are above both, which makes this one comparison for them.
        while let Some(at) = rest
            .iter()
            .position(|byte| *byte <= b'\r' && matches!(byte, b'\n' | b'\r'))
        {
            let (end, others) = rest.split_at(at);
            let Some((sign, others)) = others.split_first() else {
                return;
            };
            rest = others;
            if self.line.is_empty() {
                self.end_line(end, *sign, event);
            } else {
                let mut line = std::mem::take(&mut self.line);
                line.extend_from_slice(end);
                self.end_line(&line, *sign, event);
                // Its room serves the next one.
                line.clear();
                self.line = line;
            }
        }
        self.line.extend_from_slice(rest);
        if self.line.len() > LONGEST {
            self.drop_event(event);
        }
    }

    /// Ends the stream, which may end an event.
    pub fn finish(&mut self, event: &mut dyn FnMut(&[u8], &[u8])) {
        let line = std::mem::take(&mut self.line);
        self.read_line(&line, event);
        self.dispatch(event);
    }

    fn end_line(&mut self, line: &[u8], sign: u8, event: &mut dyn FnMut(&[u8], &[u8])) {
        match (line, self.ended_by, sign) {
            ([], b'\r', b'\n') => self.ended_by = 0, // the second half of CR LF
            ([], b'\n', b'\r') => {}                 // a spinner's return to the start of its line
            _ => {
                self.ended_by = sign;
                self.read_line(line, event);
            }
        }
    }

    fn read_line(&mut self, line: &[u8], event: &mut dyn FnMut(&[u8], &[u8])) {
        if line.is_empty() {
            return self.dispatch(event);
        }
        if let Some(name) = field(line, b"event") {
            self.name.clear();
            self.name.extend_from_slice(name);
        } else if let Some(data) = field(line, b"data") {
            if self.has_data {
                self.data.push(b'\n');
            }
            self.data.extend_from_slice(data);
            self.has_data = true;
            if self.data.len() > LONGEST {
                self.drop_event(event);
            }
        }
    }

    fn drop_event(&mut self, event: &mut dyn FnMut(&[u8], &[u8])) {
        *self = Self::default();
        event(b"error", TOO_LONG);
    }

    fn dispatch(&mut self, event: &mut dyn FnMut(&[u8], &[u8])) {
        if self.has_data {
            event(
                if self.name.is_empty() {
                    b"message"
                } else {
                    &self.name
                },
                &self.data,
            );
        }
        self.name.clear();
        self.data.clear();
        self.has_data = false;
    }
}

/// The value of a field of this name.
fn field<'a>(line: &'a [u8], name: &[u8]) -> Option<&'a [u8]> {
    let rest = line
        .strip_prefix(name)
        .or_else(|| without_spinner(line).strip_prefix(name))?;
    let value = rest.strip_prefix(b":")?;
    Some(value.strip_prefix(b" ").unwrap_or(value))
}

/// A line without the terminal sequences, spinner signs and spaces before its first word.
fn without_spinner(mut line: &[u8]) -> &[u8] {
    loop {
        line = match line {
            [0xEF, 0xBB, 0xBF, rest @ ..] => rest, // a byte order mark
            [0x1B, b'[', rest @ ..] => {
                let end = rest
                    .iter()
                    .position(|byte| (0x40..=0x7E).contains(byte))
                    .map_or(rest.len(), |end| end + 1);
                rest.split_at(end).1
            }
            [b'\\' | b'|' | b'/' | b'-' | b' ' | b'\t' | b'\r', rest @ ..] => rest,
            _ => return line,
        };
    }
}
