//! A server process of a test, which ends with the test.

use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::OnceLock;

use tempfile::TempDir;

use super::client::{Client, wait_until};

/// The key that tests use.
pub(crate) const KEY: &str = "box_0123456789abcdef";

/// What the doctor says of this machine, asked once.
static DOCTOR: OnceLock<Result<(), String>> = OnceLock::new();

/// A running `box-server`.
pub(crate) struct Server {
    child: Child,
    pub(crate) address: String,
    data: PathBuf,
    /// Removed with the server, where the test did not choose the place.
    _made: Option<TempDir>,
    arguments: Vec<String>,
    variables: Vec<(String, String)>,
}

impl Server {
    /// Starts a server with an empty data directory. `None`, with the reason printed, where this
    /// machine can't run boxes; in CI that is a failure.
    pub(crate) fn start() -> Option<Self> {
        Self::start_with(&[])
    }

    /// The same with further arguments.
    pub(crate) fn start_with(arguments: &[&str]) -> Option<Self> {
        let made = tempfile::tempdir().unwrap();
        let mut server = Self::start_at(made.path(), arguments)?;
        server._made = Some(made);
        Some(server)
    }

    /// The same in a data directory that may hold something.
    pub(crate) fn start_at(data: &Path, arguments: &[&str]) -> Option<Self> {
        Self::start_in(data, arguments, &[])
    }

    /// The same in a new directory with further variables in the server's environment.
    pub(crate) fn start_with_variables(
        arguments: &[&str],
        variables: &[(&str, &str)],
    ) -> Option<Self> {
        let made = tempfile::tempdir().unwrap();
        let mut server = Self::start_in(made.path(), arguments, variables)?;
        server._made = Some(made);
        Some(server)
    }

    fn start_in(data: &Path, arguments: &[&str], variables: &[(&str, &str)]) -> Option<Self> {
        if let Err(report) = DOCTOR.get_or_init(|| doctor(data)) {
            assert!(
                std::env::var_os("CI").is_none(),
                "boxes can't run here:\n{report}"
            );
            eprintln!("skipped: boxes can't run here:\n{report}");
            return None;
        }
        let arguments: Vec<String> = arguments.iter().map(ToString::to_string).collect();
        let owned = |(name, value): &(&str, &str)| (name.to_string(), value.to_string());
        let variables: Vec<_> = variables.iter().map(owned).collect();
        let (child, address) = spawn(data, &arguments, &variables);
        Some(Self {
            child,
            address,
            data: data.to_path_buf(),
            _made: None,
            arguments,
            variables,
        })
    }

    /// A client with the right key.
    pub(crate) fn client(&self) -> Client {
        Client::new(&self.address)
    }

    pub(crate) fn pid(&self) -> u32 {
        self.child.id()
    }

    pub(crate) fn data(&self) -> &Path {
        &self.data
    }

    /// Ends the server without warning and starts another on the same data.
    pub(crate) fn kill_and_restart(&mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
        (self.child, self.address) = spawn(&self.data, &self.arguments, &self.variables);
    }

    /// Asks the server to stop; its exit code.
    pub(crate) fn terminate(&mut self) -> Option<i32> {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").arg(&pid).status().unwrap().success());
        self.child.wait().unwrap().code()
    }

    /// Starts another server on the same data after [`terminate`](Self::terminate).
    pub(crate) fn start_again(&mut self) {
        (self.child, self.address) = spawn(&self.data, &self.arguments, &self.variables);
    }

    /// Names of everything in a directory of the data directory.
    pub(crate) fn names_in(&self, directory: &str) -> Vec<String> {
        let Ok(entries) = std::fs::read_dir(self.data.join(directory)) else {
            return Vec::new();
        };
        entries
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect()
    }

    /// Whether a process of this machine has these words in its command line.
    pub(crate) fn is_process_alive(words: &str) -> bool {
        std::fs::read_dir("/proc").unwrap().flatten().any(|entry| {
            let line = std::fs::read(entry.path().join("cmdline")).unwrap_or_default();
            let line = String::from_utf8_lossy(&line).replace('\0', " ");
            line.contains(words)
        })
    }

    /// Waits until no process has these words in its command line.
    pub(crate) fn wait_for_end_of(words: &str) {
        wait_until(words, || !Self::is_process_alive(words));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        // It has ended before where the test saw to that.
        let _ = self.child.kill();
        let _ = self.child.wait();
        // Processes of its boxes notice, and must be gone before the directory is removed.
        let locks = self.names_in("boxes");
        for name in locks {
            let path = self.data.join("boxes").join(name).join("lock");
            if let Ok(lock) = std::fs::File::open(path) {
                let _ = lock.lock();
            }
        }
    }
}

pub(crate) fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_box-server"))
}

fn doctor(data: &Path) -> Result<(), String> {
    let mut doctor = Command::new(binary());
    let output = doctor
        .arg("doctor")
        .arg("--data")
        .arg(data)
        .output()
        .unwrap();
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stdout).into_owned()),
    }
}

fn spawn(data: &Path, arguments: &[String], variables: &[(String, String)]) -> (Child, String) {
    let mut child = Command::new(binary())
        .args(["serve", "--listen", "127.0.0.1:0", "--data"])
        .arg(data)
        .args(arguments)
        .env("BOX_SERVER_API_KEY", KEY)
        .envs(variables.iter().cloned())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut first_line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut first_line).unwrap();
    let address = first_line
        .trim()
        .strip_prefix("listening on http://")
        .unwrap_or_else(|| panic!("the first line was {first_line:?}"));
    (child, address.to_owned())
}
