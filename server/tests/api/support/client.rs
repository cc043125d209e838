//! HTTP by hand: what goes over the socket is what the test says.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::KEY;

/// Longer than anything here takes, shorter than patience.
const LIMIT: Duration = Duration::from_secs(30);
const PAUSE: Duration = Duration::from_millis(2);

/// Speaks to one server.
pub(crate) struct Client {
    address: String,
}

/// An answer, taken apart.
#[derive(Debug)]
pub(crate) struct Response {
    pub(crate) status: u16,
    head: String,
    pub(crate) body: Vec<u8>,
}

impl Client {
    pub(crate) fn new(address: &str) -> Self {
        Self {
            address: address.to_owned(),
        }
    }

    pub(crate) fn get(&self, path: &str) -> Response {
        self.send("GET", path, &self.usual_headers(), b"")
    }

    pub(crate) fn delete(&self, path: &str) -> Response {
        self.send("DELETE", path, &self.usual_headers(), b"")
    }

    /// Sends a JSON body with any method.
    pub(crate) fn request(&self, method: &str, path: &str, body: &Value) -> Response {
        let body = body.to_string();
        self.send(method, path, &self.usual_headers(), body.as_bytes())
    }

    pub(crate) fn post(&self, path: &str, body: &Value) -> Response {
        self.send(
            "POST",
            path,
            &self.usual_headers(),
            body.to_string().as_bytes(),
        )
    }

    /// Sends exactly these headers, and how long the body is.
    pub(crate) fn send(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Response {
        let mut bytes = Vec::new();
        self.open(method, path, headers, body)
            .read_to_end(&mut bytes)
            .unwrap();
        Response::parse(&bytes)
    }

    /// Sends a request and leaves the answer unread.
    pub(crate) fn open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> TcpStream {
        self.try_open(method, path, headers, body).unwrap()
    }

    /// The same with a server that may have gone.
    pub(crate) fn try_open(
        &self,
        method: &str,
        path: &str,
        headers: &[(&str, &str)],
        body: &[u8],
    ) -> Option<TcpStream> {
        let mut stream = TcpStream::connect(&self.address).ok()?;
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        let mut request = format!("{method} {path} HTTP/1.1\r\nConnection: close\r\n");
        for (name, value) in headers {
            request.push_str(&format!("{name}: {value}\r\n"));
        }
        request.push_str(&format!("Content-Length: {}\r\n\r\n", body.len()));
        stream.write_all(request.as_bytes()).ok()?;
        // A server that refuses a large body may close before it has read all of it.
        let _ = stream.write_all(body);
        Some(stream)
    }

    pub(crate) fn usual_headers(&self) -> [(&str, &str); 2] {
        [("Host", &self.address), ("X-Box-Api-Key", KEY)]
    }

    /// Makes a box; its id.
    pub(crate) fn create(&self, body: Value) -> String {
        self.post("/v2/box", &body).ok()["id"]
            .as_str()
            .unwrap()
            .to_owned()
    }

    /// Runs a shell command in a box.
    pub(crate) fn sh(&self, id: &str, command: &str) -> Value {
        let body = json!({ "command": ["sh", "-c", command] });
        self.post(&format!("/v2/box/{id}/exec"), &body).ok()
    }

    /// What a shell command that succeeds prints.
    pub(crate) fn output(&self, id: &str, command: &str) -> String {
        let answer = self.sh(id, command);
        assert_eq!(answer["exit_code"], 0, "{command}: {answer}");
        answer["output"].as_str().unwrap().to_owned()
    }

    pub(crate) fn snapshot(&self, id: &str, name: &str) -> String {
        let body = json!({ "name": name });
        let answer = self.post(&format!("/v2/box/{id}/snapshots"), &body).ok();
        assert_eq!(answer["status"], "ready", "{answer}");
        answer["id"].as_str().unwrap().to_owned()
    }

    pub(crate) fn restore(&self, snapshot: &str) -> String {
        let body = json!({ "snapshot_id": snapshot });
        let answer = self.post("/v2/box/from-snapshot", &body).ok();
        answer["id"].as_str().unwrap().to_owned()
    }
}

impl Response {
    fn parse(bytes: &[u8]) -> Self {
        let end = bytes.windows(4).position(|four| four == b"\r\n\r\n");
        let end = end.unwrap_or_else(|| panic!("no head in {:?}", String::from_utf8_lossy(bytes)));
        let head = String::from_utf8(bytes[..end].to_vec()).unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        let mut response = Self {
            status,
            head,
            body: bytes[end + 4..].to_vec(),
        };
        if response.header("transfer-encoding") == Some("chunked") {
            response.body = response.chunks().concat();
        }
        response
    }

    /// The pieces in which a chunked answer came, as the server wrote them.
    fn chunks(&self) -> Vec<Vec<u8>> {
        let mut chunks = Vec::new();
        let mut rest = self.body.as_slice();
        loop {
            let end = rest
                .windows(2)
                .position(|two| two == b"\r\n")
                .expect("a whole chunk");
            let size = std::str::from_utf8(&rest[..end]).unwrap();
            let size = usize::from_str_radix(size, 16).unwrap();
            if size == 0 {
                return chunks;
            }
            chunks.push(rest[end + 2..end + 2 + size].to_vec());
            rest = &rest[end + 2 + size + 2..];
        }
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().skip(1).find_map(|line| {
            let (found, value) = line.split_once(": ")?;
            found.eq_ignore_ascii_case(name).then_some(value)
        })
    }

    pub(crate) fn text(&self) -> String {
        String::from_utf8(self.body.clone()).unwrap()
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    /// The body of an answer that must be a success.
    pub(crate) fn ok(&self) -> Value {
        assert_eq!(self.status, 200, "{}", self.text());
        self.json()
    }

    /// Asserts that this is an error of the table, with a sentence.
    pub(crate) fn is_error(&self, status: u16, code: &str) {
        assert_eq!(self.status, status, "{}", self.text());
        let body = self.json();
        assert_eq!(body["code"], code, "{body}");
        assert!(body["error"].as_str().unwrap().len() > 10, "{body}");
        assert!(
            self.header("x-request-id")
                .is_some_and(|id| id.starts_with("req_"))
        );
    }
}

/// Waits for a condition, and fails when it does not come true.
pub(crate) fn wait_until(what: &str, mut is_true: impl FnMut() -> bool) {
    let started = Instant::now();
    while !is_true() {
        assert!(started.elapsed() < LIMIT, "waited in vain for: {what}");
        // Gives way to what is being waited for.
        std::thread::park_timeout(PAUSE);
    }
}
