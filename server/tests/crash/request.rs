//! One request to a server that may die at any moment.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use serde_json::Value;

use crate::support::KEY;

/// Longer than any answer takes, so that a server that hangs is noticed.
const LIMIT: Duration = Duration::from_secs(60);

/// The status of an answer that comes in lines, and the lines that arrived whole before the server
/// went away; whether it was to its end.
pub(crate) fn lines(address: &str, path: &str, body: &Value) -> Option<(u16, Vec<Value>, bool)> {
    let answer = exchange(address, "POST", path, body.to_string().as_bytes())?;
    let text = String::from_utf8_lossy(&answer);
    let (head, body) = text.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    // Between the lines stand the lengths of the pieces they came in.
    let whole = body
        .split_inclusive('\n')
        .filter(|line| line.ends_with('\n'));
    let values = whole.filter(|line| line.starts_with('{'));
    let values = values.filter_map(|line| serde_json::from_str(line).ok());
    Some((status, values.collect(), body.ends_with("0\r\n\r\n")))
}

/// The status and body of a whole answer; `None` when the server went away before.
pub(crate) fn send(
    address: &str,
    method: &str,
    path: &str,
    body: Option<&Value>,
) -> Option<(u16, Value)> {
    let body = body.map(ToString::to_string).unwrap_or_default();
    send_bytes(address, method, path, body.as_bytes())
}

/// The same, with a body that is no JSON.
pub(crate) fn send_bytes(
    address: &str,
    method: &str,
    path: &str,
    body: &[u8],
) -> Option<(u16, Value)> {
    let answer = String::from_utf8(exchange(address, method, path, body)?).ok()?;
    let (head, body) = answer.split_once("\r\n\r\n")?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    Some((status, serde_json::from_str(body).ok()?))
}

/// The status and the bytes of a whole answer that says how long it is.
pub(crate) fn bytes(address: &str, path: &str) -> Option<(u16, Vec<u8>)> {
    let answer = exchange(address, "GET", path, b"")?;
    let end = answer.windows(4).position(|four| four == b"\r\n\r\n")?;
    let head = std::str::from_utf8(&answer[..end]).ok()?.to_lowercase();
    let body = answer[end + 4..].to_vec();
    let length = head.split("content-length: ").nth(1)?;
    let length: usize = length.lines().next()?.parse().ok()?;
    let status = head.split(' ').nth(1)?.parse().ok()?;
    (body.len() == length).then_some((status, body))
}

/// All that arrived.
fn exchange(address: &str, method: &str, path: &str, body: &[u8]) -> Option<Vec<u8>> {
    let mut stream = TcpStream::connect(address).ok()?;
    stream.set_read_timeout(Some(LIMIT)).unwrap();
    write!(
        stream,
        "{method} {path} HTTP/1.1\r\nHost: {address}\r\nX-Box-Api-Key: {KEY}\r\n\
         Connection: close\r\nContent-Length: {}\r\n\r\n",
        body.len()
    )
    .ok()?;
    stream.write_all(body).ok()?;
    let mut answer = Vec::new();
    if let Err(error) = stream.read_to_end(&mut answer) {
        let is_late = error.kind() == std::io::ErrorKind::WouldBlock;
        assert!(!is_late, "no answer within {LIMIT:?}: {method} {path}");
    }
    Some(answer)
}
