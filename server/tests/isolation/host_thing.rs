//! Things of the host that boxes must not reach: a file, processes, sockets.

use std::io::Write;
use std::net::{SocketAddr, TcpListener};
use std::os::linux::net::SocketAddrExt;
use std::os::unix::net::{SocketAddr as UnixAddress, UnixListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use tempfile::TempDir;

/// A file of the host that says who may read it.
pub(crate) struct SecretFile {
    directory: TempDir,
    pub(crate) mark: String,
}

impl SecretFile {
    pub(crate) fn make() -> Self {
        let mark = format!("for-the-host-only-{:016x}", fastrand::u64(..));
        let directory = tempfile::Builder::new()
            .prefix("host-secret-")
            .tempdir()
            .unwrap();
        let secret = Self { directory, mark };
        std::fs::write(secret.file(), &secret.mark).unwrap();
        secret
    }

    pub(crate) fn file(&self) -> PathBuf {
        self.directory.path().join("secret")
    }

    pub(crate) fn path(&self) -> String {
        self.file().to_str().unwrap().to_owned()
    }

    pub(crate) fn folder(&self) -> String {
        self.directory.path().to_str().unwrap().to_owned()
    }

    /// Panics unless the file is as it was and nothing lies beside it.
    pub(crate) fn is_untouched(&self) {
        assert_eq!(std::fs::read_to_string(self.file()).unwrap(), self.mark);
        let beside: Vec<_> = std::fs::read_dir(self.directory.path())
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        assert_eq!(beside, ["secret"]);
    }
}

/// A process of the host that ends with the test.
pub(crate) struct HostProcess(Child);

impl HostProcess {
    pub(crate) fn start() -> Self {
        let mut sleep = Command::new("sleep");
        Self(sleep.arg("98765").stdin(Stdio::null()).spawn().unwrap())
    }

    pub(crate) fn pid(&self) -> String {
        self.0.id().to_string()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.0.try_wait().unwrap().is_none()
    }
}

impl Drop for HostProcess {
    fn drop(&mut self) {
        // It has ended where a box got at it.
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// A TCP service on an address of the host that counts who came.
pub(crate) struct HostService {
    pub(crate) address: SocketAddr,
    visits: Arc<AtomicUsize>,
}

impl HostService {
    /// Answers every request with these bytes after the head `HTTP/1.1 `.
    pub(crate) fn start(address: &str, answer: String) -> Self {
        let listener = TcpListener::bind(address).unwrap();
        let address = listener.local_addr().unwrap();
        let visits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&visits);
        // Ends with the test's process; it holds nothing else.
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                counted.fetch_add(1, Ordering::SeqCst);
                // Enough of the request that closing does not reset what is sent.
                let _ = std::io::Read::read(&mut stream, &mut [0; 4096]);
                let _ = write!(stream, "HTTP/1.1 {answer}");
            }
        });
        Self { address, visits }
    }

    /// One that answers `200` with a word.
    pub(crate) fn saying(address: &str, word: &str) -> Self {
        let length = word.len();
        let head = "200 OK\r\nConnection: close\r\nContent-Length:";
        Self::start(address, format!("{head} {length}\r\n\r\n{word}"))
    }

    pub(crate) fn visits(&self) -> usize {
        self.visits.load(Ordering::SeqCst)
    }

    pub(crate) fn port(&self) -> String {
        self.address.port().to_string()
    }
}

/// Sockets of the host without an address: one in the file system, one with an abstract name.
pub(crate) struct HostSockets {
    pub(crate) path: String,
    pub(crate) name: String,
    _listeners: [UnixListener; 2],
    _directory: TempDir,
}

impl HostSockets {
    pub(crate) fn open() -> Self {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("socket");
        let name = format!("host-socket-{:016x}", fastrand::u64(..));
        let in_files = UnixListener::bind(&path).unwrap();
        let address = UnixAddress::from_abstract_name(&name).unwrap();
        let without_file = UnixListener::bind_addr(&address).unwrap();
        Self {
            path: path.to_str().unwrap().to_owned(),
            name,
            _listeners: [in_files, without_file],
            _directory: directory,
        }
    }
}
