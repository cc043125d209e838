//! Bytes as they are: what no client library would send, and what comes back.

use std::io::{ErrorKind, Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::Duration;

/// Longer than anything here takes, shorter than patience.
const LIMIT: Duration = Duration::from_secs(30);

/// A connection of which nothing is known but its bytes.
pub(crate) struct Raw(pub(crate) TcpStream);

impl Raw {
    pub(crate) fn connect(address: &str) -> Self {
        let stream = TcpStream::connect(address).unwrap();
        stream.set_read_timeout(Some(LIMIT)).unwrap();
        stream.set_write_timeout(Some(LIMIT)).unwrap();
        Self(stream)
    }

    /// Sends what it can: the server may close before it has read all.
    pub(crate) fn send(&mut self, bytes: impl AsRef<[u8]>) {
        let _ = self.0.write_all(bytes.as_ref());
    }

    /// Says that nothing more comes.
    pub(crate) fn end(&self) {
        let _ = self.0.shutdown(Shutdown::Write);
    }

    /// All that comes until the server closes. Fails when it does not close.
    pub(crate) fn rest(&mut self) -> String {
        let mut bytes = Vec::new();
        match self.0.read_to_end(&mut bytes) {
            Ok(_) => {}
            // What was sent and not read resets the connection.
            Err(error) if error.kind() == ErrorKind::ConnectionReset => {}
            Err(error) => panic!("{error}, after {:?}", String::from_utf8_lossy(&bytes)),
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }

    /// What comes up to and with these words.
    pub(crate) fn until(&mut self, words: &str) -> String {
        let mut bytes = Vec::new();
        while !String::from_utf8_lossy(&bytes).contains(words) {
            let mut byte = [0];
            let count = self.0.read(&mut byte).unwrap();
            let so_far = String::from_utf8_lossy(&bytes);
            assert!(count > 0, "it closed without {words:?}: {so_far}");
            bytes.push(byte[0]);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    }
}

/// What comes back for these bytes, until the server closes: at once where they say so, or broke the
/// protocol, else when its `--head-timeout` is up.
pub(crate) fn answer_to(address: &str, bytes: impl AsRef<[u8]>) -> String {
    let mut raw = Raw::connect(address);
    raw.send(bytes);
    raw.rest()
}

/// How many answers there are in what came.
pub(crate) fn answers_in(text: &str) -> usize {
    text.matches("HTTP/1.1 ").count()
}
