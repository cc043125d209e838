//! The stream of a command reads the same however the network cuts it.
#![allow(
    clippy::indexing_slicing,
    clippy::unwrap_used,
    reason = "a test may panic"
)]

use serde_json::Value;
use upstash_box_wasm::exec_stream::ExecStream;

/// Everything that came out, and how it ended: an exit code or the code of an error.
type Outcome = (Vec<u8>, Result<f64, &'static str>);

/// What the trailer's data says, as `pkg/src/exec.js` reads it.
fn end(data: Option<&[u8]>) -> Result<f64, &'static str> {
    let data: Value = data
        .and_then(|text| serde_json::from_slice(text).ok())
        .unwrap_or_default();
    match (data["exit_code"].as_f64(), data["error"].as_str()) {
        (Some(exit_code), _) => Ok(exit_code),
        (_, Some(_)) => Err("run_failed"),
        _ => Err("stream_truncated"),
    }
}

fn read<'a>(chunks: impl IntoIterator<Item = &'a [u8]>) -> Outcome {
    let mut stream = ExecStream::default();
    let mut output = Vec::new();
    for chunk in chunks {
        let released = stream.push(chunk);
        output.extend(released.held);
        output.extend_from_slice(&chunk[..released.of_chunk]);
    }
    let (held, data) = stream.finish();
    let end = end(data.map(|range| &held[range]));
    if end == Err("stream_truncated") {
        output.extend(held);
    }
    (output, end)
}

const EXIT_3: &str = "event: exit\ndata: {\"exit_code\": 3, \"cpu_ns\": 9}\n\n";

/// Streams, what they print, and how they end.
fn streams() -> Vec<(String, String, Result<f64, &'static str>)> {
    let with = |output: &str| (format!("{output}{EXIT_3}"), output.to_owned(), Ok(3.0));
    let cut = |stream: &str| {
        (
            stream.to_owned(),
            stream.to_owned(),
            Err("stream_truncated"),
        )
    };
    vec![
        with(""),
        with("hello\n"),
        with("no newline at the end"),
        with("event: exit\n"),
        with("event: exit\ndata: "),
        with("event: exit\ndata: {\"exit_code\": 0}\n\nand more\n"),
        with("event: exit\ndata: event: exit\n"),
        with(EXIT_3),
        with("event: error\ndata: {\"error\": \"not really\"}\n\n.\n"),
        with("e ev event: ex event: exi\n\n   \n"),
        with("\u{FEFF}grüße 🦀\n"),
        (format!("x{EXIT_3}  \r\n \n"), "x".to_owned(), Ok(3.0)),
        (
            "event: exit\ndata: {\"exit_code\":137}\n".to_owned(),
            String::new(),
            Ok(137.0),
        ),
        (
            "a\nevent: error\ndata: {\"error\": \"no such program\"}\n\n".to_owned(),
            "a\n".to_owned(),
            Err("run_failed"),
        ),
        (
            "event: error\ndata: {\"error\": \"x\", \"code\": \"storage_full\"}\n\n".to_owned(),
            String::new(),
            Err("run_failed"),
        ),
        cut(""),
        cut("hello"),
        cut("event: exit\n"),
        cut("event: exit\ndata: {\"exit_code\": 1"),
        cut("event: exit\ndata: {\"exit_code\": 1}"),
        cut("event: exit\ndata: {\"exit_c\n\n"),
        cut("event: exit\ndata: {}\n\n"),
        cut("event: exit\r\ndata: {\"exit_code\": 0}\r\n\r\n"),
        cut("event: exit\ndata: {\"exit_code\": 0}\n\nmore"),
    ]
}

#[test]
fn every_cut_position_gives_the_same() {
    for (stream, output, end) in streams() {
        let expected = (output.into_bytes(), end);
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
    for (stream, output, end) in streams() {
        let expected = (output.into_bytes(), end);
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
fn any_bytes_are_output() {
    let mut bytes: Vec<u8> = (0..=255).cycle().take(100_000).collect();
    let output = bytes.clone();
    bytes.extend_from_slice(EXIT_3.as_bytes());
    for size in [1, 7, 4096, 65_536, 200_000] {
        assert_eq!(read(bytes.chunks(size)), (output.clone(), Ok(3.0)));
    }
}

#[test]
fn output_is_released_as_it_arrives() {
    let mut stream = ExecStream::default();
    assert_eq!(stream.push(b"compiling\n").of_chunk, 10);
    assert_eq!(stream.push(b"done\nevent").of_chunk, 5);
    let released = stream.push(b"ually\n");
    assert_eq!(
        (released.held.as_slice(), released.of_chunk),
        (b"event".as_slice(), 6)
    );
}

#[test]
fn a_block_too_long_for_a_trailer_is_output() {
    let long = format!(
        "event: error\ndata: {{\"error\": \"{}\"}}\n\n",
        "x".repeat(100_000)
    );
    for size in [1, 1000, 65_536, 200_000] {
        let (output, end) = read(long.as_bytes().chunks(size));
        assert_eq!(end, Err("stream_truncated"));
        assert!(output == long.as_bytes(), "chunks of {size}");
    }
}
