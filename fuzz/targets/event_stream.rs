//! Whatever a server sends, however the network cuts it: the events are the same, and no larger than the bytes.
#![no_main]

use arbitrary::Arbitrary;
use libfuzzer_sys::fuzz_target;
use upstash_box_wasm::event_stream::EventStream;

#[derive(Arbitrary, Debug)]
struct Input {
    /// Where the network cuts: the sizes of its chunks, over and over.
    cuts: Vec<u8>,
    bytes: Vec<u8>,
}

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<(Vec<u8>, Vec<u8>)> {
    let mut stream = EventStream::default();
    let mut events = Vec::new();
    let mut keep = |name: &[u8], data: &[u8]| events.push((name.to_vec(), data.to_vec()));
    for chunk in chunks {
        stream.push(chunk, &mut keep);
    }
    stream.finish(&mut keep);
    events
}

fuzz_target!(|input: Input| {
    let whole = read([input.bytes.as_slice()]);
    let size: usize = whole.iter().map(|(_, data)| data.len()).sum();
    assert!(size <= input.bytes.len());

    let mut rest = input.bytes.as_slice();
    let mut sizes = input.cuts.iter().cycle();
    let mut chunks = Vec::new();
    while !rest.is_empty() {
        // A chunk of no bytes is possible, but not for ever.
        let size = sizes.next().map_or(1, |size| usize::from(*size));
        let (chunk, others) = rest.split_at(size.min(rest.len()));
        chunks.push(chunk);
        rest = others;
        if size == 0 && chunks.len() > 2 * input.bytes.len() {
            chunks.push(rest);
            break;
        }
    }
    assert_eq!(read(chunks), whole);

    for size in [1, 2, 3] {
        assert_eq!(read(input.bytes.chunks(size)), whole);
    }
});
