//! The server that is killed, and what its end must leave nothing of.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

use crate::support::{Client, KEY, Server, binary, wait_until};

/// A server process on a data directory that outlives it.
pub(crate) struct Victim {
    child: Child,
    address: String,
    data: PathBuf,
    /// Removed with the victim, where the test did not choose the place.
    _made: Option<TempDir>,
}

impl Victim {
    /// `None`, with the reason printed, where this machine can't run boxes.
    pub(crate) fn start() -> Option<Self> {
        drop(Server::start()?);
        let made = tempfile::tempdir().unwrap();
        let mut victim = Self::start_at(made.path());
        victim._made = Some(made);
        Some(victim)
    }

    /// In a data directory that may hold something.
    pub(crate) fn start_at(data: &Path) -> Self {
        let mut child = spawn(data);
        let address = listening(&mut child);
        Self {
            child,
            address,
            data: data.to_path_buf(),
            _made: None,
        }
    }

    pub(crate) fn address(&self) -> String {
        self.address.clone()
    }

    pub(crate) fn client(&self) -> Client {
        Client::new(&self.address)
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Ends the server, and only it, without warning.
    pub(crate) fn kill(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Starts a server and kills it in the middle of putting things right.
    pub(crate) fn kill_while_it_starts(&mut self, after: Duration) {
        self.child = spawn(&self.data);
        std::thread::park_timeout(after);
        self.kill();
    }

    pub(crate) fn start_again(&mut self) {
        self.child = spawn(&self.data);
        self.address = listening(&mut self.child);
    }

    /// Asks the server to stop: no process, no mount, and a directory that can be removed.
    pub(crate) fn end_and_check_that_nothing_is_left(mut self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(pid).status().unwrap().success());
        assert_eq!(self.child.wait().unwrap().code(), Some(0));
        wait_until("every sandbox to end", || sandboxes() == 0);
        let mounts = std::fs::read_to_string("/proc/self/mountinfo").unwrap();
        assert!(!mounts.contains(self.data.to_str().unwrap()));
    }
}

impl Drop for Victim {
    fn drop(&mut self) {
        // It has ended before where the test succeeded.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn spawn(data: &Path) -> Child {
    Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .env("BOX_SERVER_API_KEY", KEY)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap()
}

fn listening(child: &mut Child) -> String {
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let address = line.trim().strip_prefix("listening on http://");
    address
        .unwrap_or_else(|| panic!("the first line was {line:?}"))
        .to_owned()
}

/// How many first processes of sandboxes, and their launchers, belong to this test: they stay in the
/// process group of the server, which is that of the test.
pub(crate) fn sandboxes() -> usize {
    let mine = group(std::process::id());
    let pids = std::fs::read_dir("/proc").unwrap().flatten();
    let pids = pids.filter_map(|entry| entry.file_name().to_str()?.parse::<u32>().ok());
    pids.filter(|pid| {
        let line = std::fs::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
        line.starts_with(b"init\0sandbox") && group(*pid) == mine
    })
    .count()
}

fn group(pid: u32) -> Option<String> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(2).map(str::to_owned)
}
