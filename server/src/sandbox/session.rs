//! A command that is spoken with while it runs, through pipes or in a terminal.

use std::os::fd::{AsFd, OwnedFd};
use std::path::PathBuf;
use std::sync::Arc;

use tokio::net::unix::pipe;

use super::connection::Started;
use super::control::Request;
use super::run::Pipes;
use super::{Command, Run, Sandbox, SandboxError};
use crate::linux::terminal;

/// How large a terminal is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WindowSize {
    /// Lines.
    pub rows: u16,
    /// Characters in a line.
    pub columns: u16,
}

/// A command with an open standard input. Dropping it kills the command.
#[derive(Debug)]
pub struct Session {
    /// The command; in a terminal everything comes by its standard output.
    pub run: Run,
    /// What the command reads. Given up when it is to read no more.
    pub stdin: Option<pipe::Sender>,
    /// Its process, as the box numbers it.
    pub pid: i32,
    terminal: Option<OwnedFd>,
}

impl Sandbox {
    /// Starts a command to be spoken with. `command.stdin` and `command.merge_stderr` mean nothing
    /// here.
    ///
    /// # Errors
    /// As [`run`](Self::run), and when the box has no more terminals.
    pub async fn open_session(
        &self,
        command: Command,
        window: Option<WindowSize>,
    ) -> Result<Session, SandboxError> {
        match window {
            Some(window) => self.in_terminal(command, window).await,
            None => self.with_pipes(command).await,
        }
    }

    async fn with_pipes(&self, command: Command) -> Result<Session, SandboxError> {
        let failed = SandboxError::Connection;
        let (reader, writer) = std::io::pipe().map_err(failed)?;
        let input = self.give_to_box(reader.into()).map_err(failed)?;
        let stdin = pipe::Sender::from_owned_fd(writer.into()).map_err(failed)?;
        let (stdout, output) = self.output().map_err(failed)?;
        let (stderr, error) = self.output().map_err(failed)?;
        let pipes = Pipes::watching(&[&stdout, &stderr]).map_err(failed)?;
        let cwd = PathBuf::from(&command.cwd);
        let (argv, env) = (command.argv, command.env);
        let question = |id| Request::Run {
            id,
            argv,
            env,
            cwd: cwd.clone(),
        };
        let descriptors = [input.as_fd(), output.as_fd(), error.as_fd()];
        let started = self.begin(&cwd, question, &descriptors, pipes).await?;
        Ok(self.session(started, stdin, stdout, Some(stderr)))
    }

    async fn in_terminal(
        &self,
        command: Command,
        window: WindowSize,
    ) -> Result<Session, SandboxError> {
        let cwd = PathBuf::from(&command.cwd);
        let (argv, env) = (command.argv, command.env);
        let question = |id| Request::RunInTerminal {
            id,
            argv,
            env,
            cwd: cwd.clone(),
            rows: window.rows,
            columns: window.columns,
        };
        let started = self.begin(&cwd, question, &[], Pipes::Terminal).await?;
        let terminal = started.terminal.as_ref().ok_or(SandboxError::Ended)?;
        let failed = SandboxError::Connection;
        let side = || terminal.try_clone().map_err(failed);
        let stdin = pipe::Sender::from_owned_fd_unchecked(side()?).map_err(failed)?;
        let stdout = pipe::Receiver::from_owned_fd_unchecked(side()?).map_err(failed)?;
        Ok(self.session(started, stdin, stdout, None))
    }

    fn session(
        &self,
        started: Started,
        stdin: pipe::Sender,
        stdout: pipe::Receiver,
        stderr: Option<pipe::Receiver>,
    ) -> Session {
        Session {
            run: Run {
                stdout,
                stderr,
                connection: Arc::clone(&self.inner.connection),
                id: started.id,
                exited: started.exited,
                exit: None,
            },
            stdin: Some(stdin),
            pid: started.pid,
            terminal: started.terminal,
        }
    }
}

/// What can be done to a session besides reading and writing.
#[derive(Debug)]
pub struct SessionControl {
    terminal: Option<OwnedFd>,
}

impl Session {
    /// Takes the session apart.
    pub fn split(self) -> (Run, Option<pipe::Sender>, SessionControl) {
        let control = SessionControl {
            terminal: self.terminal,
        };
        (self.run, self.stdin, control)
    }
}

impl SessionControl {
    /// Whether the command has a terminal.
    pub fn has_terminal(&self) -> bool {
        self.terminal.is_some()
    }

    /// Tells the command how large its terminal is from now on.
    ///
    /// # Errors
    /// When the kernel refuses.
    pub fn resize(&self, window: WindowSize) -> Result<(), SandboxError> {
        match &self.terminal {
            Some(terminal) => terminal::set_size(terminal, window.rows, window.columns)
                .map_err(SandboxError::Kernel),
            None => Ok(()),
        }
    }
}
