//! Whatever a command prints, however the network cuts it: its output comes whole, and only the last block
//! of the stream is the trailer.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use upstash_box_wasm::exec_stream::ExecStream;

#[derive(Arbitrary, Debug)]
struct Input {
    cuts: Vec<u8>,
    output: Vec<u8>,
    /// Otherwise the stream is cut off.
    exit_code: Option<i32>,
}

/// What came out before the end, the bytes that were held back, and the data of the trailer among them.
fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> (Vec<u8>, Option<Vec<u8>>) {
    let mut stream = ExecStream::default();
    let mut output = Vec::new();
    for chunk in chunks {
        let released = stream.push(chunk);
        output.extend(released.held);
        output.extend_from_slice(&chunk[..released.of_chunk]);
    }
    let (held, data) = stream.finish();
    let data = data.map(|range| held[range].to_vec());
    if data.is_none() {
        output.extend(held);
    }
    (output, data)
}

fuzz_target!(|input: Input| {
    let mut stream = input.output.clone();
    let data = input
        .exit_code
        .map(|code| format!("{{\"exit_code\":{code}}}"));
    if let Some(data) = &data {
        stream.extend(format!("event: exit\ndata: {data}\n\n").bytes());
    }
    let whole = read([stream.as_slice()]);
    if let Some(data) = data {
        // With a trailer, what came before is output to the last byte, whatever it looks like.
        assert_eq!(whole.0, input.output);
        assert_eq!(whole.1.as_deref(), Some(data.as_bytes()));
    } else if whole.1.is_none() {
        assert_eq!(whole.0, input.output);
    } else {
        assert!(input.output.starts_with(&whole.0));
    }
    for size in [1, 2, 3] {
        assert_eq!(read(stream.chunks(size)), whole);
    }
    let mut rest = stream.as_slice();
    let mut chunks = Vec::new();
    for size in &input.cuts {
        let (chunk, others) = rest.split_at(usize::from(*size).min(rest.len()));
        chunks.push(chunk);
        rest = others;
    }
    chunks.push(rest);
    assert_eq!(read(chunks), whole);
});
