//! A process that is kept ready to become launchers.
//!
//! Loading and linking the program takes longer than all of a sandbox's namespaces. The zygote has been
//! through that once; each sandbox begins with a fork of it. It has one thread, an empty environment, and
//! holds nothing but the socket on which the server sends it the control sockets of new sandboxes.

use std::os::fd::{AsFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::process::Stdio;

use nix::sys::signal::Signal;
use nix::unistd::Pid;
use tokio::sync::Mutex;

use super::SandboxError;
use super::connection::Connection;
use super::launcher::{self, SetupError};
use crate::linux::clone::{Clone, fork};
use crate::linux::{self, descriptors, filter, process, socket};

/// The zygote as the server knows it, started when it is first needed and again when it was lost.
#[derive(Debug)]
pub(super) struct Zygote {
    program: PathBuf,
    running: Mutex<Option<Running>>,
}

#[derive(Debug)]
struct Running {
    connection: Connection,
    /// The runtime collects it when it has ended, which it does when the connection closes.
    _process: tokio::process::Child,
}

/// The process above a sandbox's first one.
#[derive(Debug)]
pub(super) struct Launcher {
    pub(super) pid: u32,
    handle: OwnedFd,
}

impl Zygote {
    /// `program` is the box-server binary.
    pub(super) fn new(program: &Path) -> Self {
        Self {
            program: program.to_path_buf(),
            running: Mutex::new(None),
        }
    }

    pub(super) fn program(&self) -> &Path {
        &self.program
    }

    /// Starts a launcher with `control` as its control socket.
    pub(super) async fn launch(&self, control: OwnedFd) -> Result<(), SandboxError> {
        let mut running = self.running.lock().await;
        if let Some(zygote) = &*running
            && zygote.give(&control).await.is_ok()
        {
            return Ok(());
        }
        let zygote = running.insert(Running::start(&self.program)?);
        zygote.give(&control).await
    }
}

impl Running {
    fn start(program: &Path) -> Result<Self, SandboxError> {
        let (ours, theirs) = socket::pair().map_err(|source| SandboxError::Setup {
            step: "make a socket".into(),
            source,
        })?;
        // What a box's `ps` shows for its first process.
        let process = tokio::process::Command::new(program)
            .arg0("init")
            .arg("sandbox")
            .env_clear()
            .stdin(Stdio::from(theirs))
            .stdout(Stdio::null())
            .spawn()
            .map_err(SandboxError::Launcher)?;
        Ok(Self {
            connection: Connection::new(ours).map_err(SandboxError::Connection)?,
            _process: process,
        })
    }

    async fn give(&self, control: &OwnedFd) -> Result<(), SandboxError> {
        self.connection.send(&[0], &[control.as_fd()]).await
    }
}

impl Launcher {
    pub(super) const fn new(pid: u32, handle: OwnedFd) -> Self {
        Self { pid, handle }
    }

    /// Kills it, and waits until it has ended. Its child dies with it, and with the child everything in
    /// the sandbox.
    pub(super) async fn kill(self) -> std::io::Result<()> {
        let killed = process::kill_by_handle(self.handle.as_fd(), Signal::SIGKILL);
        killed.map_err(|error| std::io::Error::from(error.errno))?;
        // A handle of a process can be read once that has ended.
        drop(descriptors::register(self.handle)?.readable().await?);
        Ok(())
    }
}

/// Becomes the zygote; the answer is the exit code of the process, which may be a launcher by then.
pub(super) fn main() -> i32 {
    let requests = descriptors::close_inherited().and_then(|()| descriptors::take_stdin());
    // The same for all sandboxes.
    let filter = filter::compile();
    match requests.and_then(serve) {
        Ok(None) => 0,
        Ok(Some(control)) => launcher::launch(control, &filter),
        Err(error) => {
            eprintln!("box-server: sandboxes can't be started: {error}");
            1
        }
    }
}

/// Forks for each control socket that comes. In the fork the answer is that socket, in the zygote nothing,
/// when the server has gone.
fn serve(requests: OwnedFd) -> linux::Result<Option<OwnedFd>> {
    // The kernel collects the launchers.
    process::ignore_signal(Signal::SIGCHLD)?;
    let mut buffer = [0];
    loop {
        let (length, mut sockets) = socket::receive(requests.as_fd(), &mut buffer)?;
        if length == 0 {
            return Ok(None);
        }
        let Some(control) = sockets.pop() else {
            continue;
        };
        match fork() {
            Ok(Clone::Child) => {
                process::reset_signal(Signal::SIGCHLD)?;
                return Ok(Some(control));
            }
            Ok(Clone::Parent(_)) => {}
            Err(source) => {
                let step = "make a process";
                launcher::report(control.as_fd(), &SetupError { step, source });
            }
        }
    }
}

/// A handle of the calling process.
pub(super) fn own_handle() -> linux::Result<(u32, OwnedFd)> {
    let pid = Pid::this();
    Ok((pid.as_raw().unsigned_abs(), process::handle(pid)?))
}
