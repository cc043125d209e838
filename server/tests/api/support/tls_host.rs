//! A web server on this machine's loopback interface, with TLS by an authority of its own or without.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};

use rcgen::{
    BasicConstraints, CertificateParams, DistinguishedName, DnType, IsCa, Issuer, KeyPair,
};
use rustls::pki_types::{PrivateKeyDer, PrivatePkcs8KeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use tempfile::TempDir;

/// A request as it came: its first line and its headers.
pub(crate) type Asked = String;

/// Answers what the tests ask for, and remembers every request.
pub(crate) struct Host {
    pub(crate) port: u16,
    asked: Arc<Mutex<Vec<Asked>>>,
    /// Lets a request for `/hold` go on.
    pub(crate) go_on: Sender<()>,
    pub(crate) held: Receiver<()>,
}

/// An authority, and the file in which a server finds it.
pub(crate) struct TestAuthority {
    issuer: Issuer<'static, KeyPair>,
    _directory: TempDir,
    pub(crate) file: PathBuf,
}

impl TestAuthority {
    pub(crate) fn make() -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = CertificateParams::default();
        params.distinguished_name = named("authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        let directory = tempfile::tempdir().unwrap();
        let file = directory.path().join("authority.pem");
        std::fs::write(&file, pem).unwrap();
        Self {
            issuer: Issuer::new(params, key),
            _directory: directory,
            file,
        }
    }

    /// For a server that serves these hosts.
    fn config_for(&self, hosts: &[&str]) -> Arc<ServerConfig> {
        let key = KeyPair::generate().unwrap();
        let hosts: Vec<String> = hosts.iter().map(ToString::to_string).collect();
        let mut params = CertificateParams::new(hosts).unwrap();
        params.distinguished_name = named("host");
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        let key = PrivateKeyDer::Pkcs8(PrivatePkcs8KeyDer::from(key.serialize_der()));
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![certificate.der().clone()], key)
            .unwrap();
        Arc::new(config)
    }
}

fn named(name: &str) -> DistinguishedName {
    let mut named = DistinguishedName::new();
    named.push(DnType::CommonName, name);
    named
}

impl Host {
    /// Serves `localhost` and `127.0.0.1`, with TLS when there is an authority for it.
    pub(crate) fn start(authority: Option<&TestAuthority>) -> Self {
        let config = authority.map(|authority| authority.config_for(&["localhost", "127.0.0.1"]));
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let (go_on, wait) = channel();
        let (hold, held) = channel();
        let (wait, remembered) = (Arc::new(Mutex::new(wait)), Arc::clone(&asked));
        // Ends with the test's process; it holds nothing else.
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (config, asked) = (config.clone(), Arc::clone(&remembered));
                let (wait, hold) = (Arc::clone(&wait), hold.clone());
                std::thread::spawn(move || match config {
                    Some(config) => {
                        let connection = ServerConnection::new(config).unwrap();
                        serve(StreamOwned::new(connection, stream), &asked, &hold, &wait)
                    }
                    None => serve(stream, &asked, &hold, &wait),
                });
            }
        });
        Self {
            port,
            asked,
            go_on,
            held,
        }
    }

    /// What was asked since the last call.
    pub(crate) fn asked(&self) -> Vec<Asked> {
        std::mem::take(&mut self.asked.lock().unwrap())
    }
}

/// One connection, request after request; ends when either side is done or breaks off.
fn serve(
    stream: impl Read + Write,
    asked: &Mutex<Vec<Asked>>,
    hold: &Sender<()>,
    wait: &Mutex<Receiver<()>>,
) -> Option<()> {
    let mut stream = BufReader::new(stream);
    loop {
        let mut head = String::new();
        while !head.ends_with("\r\n\r\n") {
            if stream.read_line(&mut head).ok()? == 0 {
                return None;
            }
        }
        let path = head.split(' ').nth(1)?.to_owned();
        let length = head.lines().find_map(|line| {
            line.to_ascii_lowercase()
                .strip_prefix("content-length: ")?
                .parse()
                .ok()
        });
        asked.lock().unwrap().push(head);
        let read = std::io::copy(
            &mut (&mut stream).take(length.unwrap_or(0)),
            &mut std::io::sink(),
        );
        let answer = match path.split('?').next()? {
            "/redirect" => {
                let target = path.split_once('?')?.1;
                format!("HTTP/1.1 302 Found\r\nLocation: {target}\r\nContent-Length: 0\r\n\r\n")
            }
            "/hold" => {
                let begun = "HTTP/1.1 200 OK\r\nContent-Length: 8\r\n\r\nsome";
                stream.get_mut().write_all(begun.as_bytes()).ok()?;
                stream.get_mut().flush().ok()?;
                hold.send(()).ok()?;
                wait.lock().unwrap().recv().ok()?;
                "more".to_owned()
            }
            "/echo" => {
                let begun = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\nConnection: Upgrade\r\n\r\n";
                stream.get_mut().write_all(begun.as_bytes()).ok()?;
                stream.get_mut().flush().ok()?;
                loop {
                    let mut line = String::new();
                    if stream.read_line(&mut line).ok()? == 0 {
                        return None;
                    }
                    stream
                        .get_mut()
                        .write_all(line.to_uppercase().as_bytes())
                        .ok()?;
                    stream.get_mut().flush().ok()?;
                }
            }
            "/large" => {
                let size: usize = path.split_once('?')?.1.parse().ok()?;
                let head = format!("HTTP/1.1 200 OK\r\nContent-Length: {size}\r\n\r\n");
                stream.get_mut().write_all(head.as_bytes()).ok()?;
                let block = vec![b'x'; 65536];
                for start in (0..size).step_by(block.len()) {
                    let end = block.len().min(size - start);
                    stream.get_mut().write_all(&block[..end]).ok()?;
                }
                String::new()
            }
            "/repo/info/refs" => body(&format!("{}\trefs/heads/main\n", "1".repeat(40))),
            "/repo/HEAD" => body("ref: refs/heads/main\n"),
            _ => body(&format!("got {} bytes\n", read.ok()?)),
        };
        stream.get_mut().write_all(answer.as_bytes()).ok()?;
        stream.get_mut().flush().ok()?;
    }
}

fn body(text: &str) -> String {
    format!(
        "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}",
        text.len()
    )
}
