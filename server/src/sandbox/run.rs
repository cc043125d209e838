//! A command that runs in a sandbox, and the pipes it writes to.

use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::sync::Arc;
use std::time::Duration;

use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::Signal;
use tokio::net::unix::pipe;
use tokio::sync::oneshot;

use super::connection::Connection;
use super::control::Request;
use super::{Exit, SandboxError};

/// How long a run's pipes may stay open after its own process ended, for output still on its way
/// through a program that is itself about to end, like `tee`. Checked at the end of each pause.
const GRACE: [Duration; 3] = [
    Duration::ZERO,
    Duration::from_millis(5),
    Duration::from_millis(45),
];

/// One command in a sandbox. Dropping it kills the command.
#[derive(Debug)]
pub struct Run {
    /// What the command writes to standard output.
    pub stdout: pipe::Receiver,
    /// What it writes to standard error, unless that was merged into `stdout`.
    pub stderr: Option<pipe::Receiver>,
    pub(super) connection: Arc<Connection>,
    pub(super) id: u64,
    pub(super) exited: oneshot::Receiver<Exit>,
    pub(super) exit: Option<Exit>,
}

impl Run {
    /// Waits for the command's own process.
    ///
    /// Background processes that keep the pipes open are killed soon after, so reading the pipes
    /// comes to an end; those that were given other outputs live on.
    ///
    /// # Errors
    /// When the sandbox ended first.
    pub async fn wait(&mut self) -> Result<Exit, SandboxError> {
        if let Some(exit) = self.exit {
            return Ok(exit);
        }
        let exit = (&mut self.exited).await.map_err(|_| SandboxError::Ended)?;
        self.exit = Some(exit);
        Ok(exit)
    }

    /// A handle that can only end the run.
    pub fn killer(&self) -> Killer {
        Killer {
            connection: Arc::clone(&self.connection),
            id: self.id,
        }
    }

    /// Sends a signal to the command and all that is in its session.
    pub fn signal(&self, signal: Signal) {
        let signal = signal as i32;
        let id = self.id;
        self.connection.tell(&Request::Signal { id, signal });
    }

    /// Kills the command and everything it started, except what cut itself off from its parents.
    pub fn kill(&self) {
        self.connection.tell(&Request::EndRun { id: self.id });
    }
}

/// Ends a run from elsewhere; of no use, and no harm, once the run has ended.
#[derive(Clone, Debug)]
pub struct Killer {
    connection: Arc<Connection>,
    id: u64,
}

impl Killer {
    /// Kills the command like [`Run::kill`].
    pub fn kill(&self) {
        self.connection.tell(&Request::EndRun { id: self.id });
    }
}

impl Drop for Run {
    fn drop(&mut self) {
        if self.exit.is_none() && self.exited.try_recv().is_err() {
            self.kill();
        }
    }
}

/// Second handles on the reading ends of a run's pipes, to see whether anybody can still write.
pub(super) enum Pipes {
    Ends(Vec<OwnedFd>),
    /// A terminal, which goes with its own process in any case.
    Terminal,
}

impl Pipes {
    pub(super) fn watching(receivers: &[&pipe::Receiver]) -> io::Result<Self> {
        receivers
            .iter()
            .map(|pipe| pipe.as_fd().try_clone_to_owned())
            .collect::<Result<_, _>>()
            .map(Self::Ends)
    }

    /// Whether a process holds a writing end.
    fn held(&self) -> bool {
        let Self::Ends(ends) = self else { return true };
        let mut entries: Vec<PollFd<'_>> = ends
            .iter()
            .map(|fd| PollFd::new(fd.as_fd(), PollFlags::empty()))
            .collect();
        let polled = poll(&mut entries, PollTimeout::ZERO);
        polled.is_ok()
            && entries.iter().any(|entry| {
                !entry
                    .revents()
                    .is_some_and(|events| events.contains(PollFlags::POLLHUP))
            })
    }
}

/// After a run's own process has ended: ends what still holds its pipes, then forgets the run.
pub(super) async fn release(connection: Arc<Connection>, id: u64, pipes: Pipes) {
    let mut held = true;
    for pause in GRACE {
        tokio::time::sleep(pause).await;
        held = pipes.held();
        if !held {
            break;
        }
    }
    if held {
        connection.tell(&Request::EndHolders { id });
    }
    connection.tell(&Request::ForgetRun { id });
}
