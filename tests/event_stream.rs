//! Server-sent events read the same however the network cuts them.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use upstash_box_wasm::event_stream::EventStream;

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Vec<(String, String)> {
    let mut stream = EventStream::default();
    let mut events = Vec::new();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let mut keep = |name: &[u8], data: &[u8]| events.push((text(name), text(data)));
    for chunk in chunks {
        stream.push(chunk, &mut keep);
    }
    stream.finish(&mut keep);
    events
}

fn streams() -> Vec<(&'static str, Vec<(&'static str, &'static str)>)> {
    vec![
        ("", vec![]),
        (
            "event: text\ndata: {\"text\":\"grüße 🦀\"}\n\n",
            vec![("text", "{\"text\":\"grüße 🦀\"}")],
        ),
        (
            "data: 1\nevent: text\n\nevent:done\ndata:2\n\n",
            vec![("text", "1"), ("done", "2")],
        ),
        (
            "event: text\r\ndata: 1\r\n\r\n: comment\r\nid: 7\r\ndata: 2\r\n\r\n",
            vec![("text", "1"), ("message", "2")],
        ),
        (
            "event: text\rdata: 1\r\r: comment\rdata: 2\rdata: 3\r\r",
            vec![("text", "1"), ("message", "2\n3")],
        ),
        (
            "event: text\n\r| data: 1\n\r\ndata: 2\r\n\ndata: 3\n\n",
            vec![("text", "1"), ("message", "2"), ("message", "3")],
        ),
        ("data: {\ndata: }\n\n", vec![("message", "{\n}")]),
        (
            "event: text\n\nevent: done\ndata: 1\n\n",
            vec![("done", "1")],
        ),
        (
            "event: done\ndata: {\"output\": \"no blank line\"}",
            vec![("done", "{\"output\": \"no blank line\"}")],
        ),
        ("\u{FEFF}data: 1\n\n", vec![("message", "1")]),
        (
            "\x1B[2K\\ | / - event: text\n\x1B[1G- data: 1\n\n",
            vec![("text", "1")],
        ),
        ("data: - stays\n\n", vec![("message", "- stays")]),
        ("database: no\nevents: no\n\n", vec![]),
        ("\n\n\ndata: \n\n\n", vec![("message", "")]),
    ]
}

fn owned(events: Vec<(&str, &str)>) -> Vec<(String, String)> {
    events
        .into_iter()
        .map(|(name, data)| (name.to_owned(), data.to_owned()))
        .collect()
}

#[test]
fn every_cut_position_gives_the_same() {
    for (stream, events) in streams() {
        let expected = owned(events);
        let bytes = stream.as_bytes();
        for first in 0..=bytes.len() {
            for second in first..=bytes.len() {
                let chunks = [&bytes[..first], &bytes[first..second], &bytes[second..]];
                assert_eq!(
                    read(chunks),
                    expected,
                    "{stream:?} cut at {first} and {second}"
                );
            }
        }
    }
}

#[test]
fn every_chunk_size_gives_the_same() {
    for (stream, events) in streams() {
        let expected = owned(events);
        for size in 1..=stream.len().max(1) {
            assert_eq!(
                read(stream.as_bytes().chunks(size)),
                expected,
                "{stream:?} in chunks of {size}"
            );
        }
    }
}

#[test]
fn a_large_event_in_small_chunks_is_whole() {
    let text = "x".repeat(2_000_000);
    let stream = format!("event: text\ndata: \"{text}\"\n\n");
    let events = read(stream.as_bytes().chunks(100));
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].1.len(), text.len() + 2);
}

#[test]
fn an_event_without_an_end_is_given_up_and_the_next_one_read() {
    let megabyte = vec![b'x'; 1 << 20];
    let line = [b"data: ".as_slice(), &megabyte, b"\n"].concat();
    for piece in [megabyte.as_slice(), &line] {
        let endless = std::iter::repeat_n(piece, 65);
        let chunks = [b"data: ".as_slice()].into_iter().chain(endless);
        let events = read(chunks.chain([b"\n\nevent: done\ndata: 1\n\n".as_slice()]));
        let names: Vec<&str> = events.iter().map(|(name, _)| name.as_str()).collect();
        assert!(names.contains(&"error"), "{names:?}");
        assert_eq!(events.last().unwrap(), &owned(vec![("done", "1")])[0]);
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced() {
    assert_eq!(
        read([b"data: a\xFFb\n\n".as_slice()]),
        owned(vec![("message", "a\u{FFFD}b")])
    );
}
