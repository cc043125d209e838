//! A server on loopback that plays a part: so many answers, in this order, each on a connection of its own.

use std::sync::{Arc, Mutex};

use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// The server, which ends with this value.
pub(crate) struct Player {
    pub(crate) base_url: String,
    asked: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

impl Player {
    /// No answer at all.
    pub(crate) const SILENCE: &str = "";
    /// The end of the connection.
    pub(crate) const CLOSED: &str = "closed";

    pub(crate) async fn start(answers: Vec<String>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base_url = format!("http://{}", listener.local_addr().unwrap());
        let asked = Arc::new(Mutex::new(Vec::new()));
        let heard = Arc::clone(&asked);
        let task = tokio::spawn(async move {
            let mut silent = Vec::new();
            for answer in answers {
                let (mut socket, _) = listener.accept().await.unwrap();
                let request = request(&mut socket).await;
                heard.lock().unwrap().push(request);
                if answer == Self::SILENCE {
                    silent.push(socket);
                } else if answer != Self::CLOSED {
                    socket.write_all(answer.as_bytes()).await.unwrap();
                }
            }
            std::future::pending::<()>().await;
        });
        Self {
            base_url,
            asked,
            task,
        }
    }

    /// What it was asked so far, to the letter.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }

    pub(crate) fn json(status: u16, body: &Value) -> String {
        Self::raw(
            &format!("{status} Played"),
            "content-type: application/json\r\n",
            &body.to_string(),
        )
    }

    /// An answer whose body ends with the connection.
    pub(crate) fn raw(status: &str, headers: &str, body: &str) -> String {
        format!("HTTP/1.1 {status}\r\nconnection: close\r\n{headers}\r\n{body}")
    }
}

impl Drop for Player {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn request(socket: &mut TcpStream) -> String {
    let mut text = String::new();
    let mut bytes = [0; 4096];
    loop {
        let count = socket.read(&mut bytes).await.unwrap();
        text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .filter_map(|line| {
                    line.to_ascii_lowercase()
                        .strip_prefix("content-length: ")
                        .map(str::to_owned)
                })
                .next();
            if body.len() >= length.map_or(0, |length| length.parse().unwrap()) {
                return text;
            }
        }
        assert!(count > 0, "the connection ended within a request:\n{text}");
    }
}
