//! A live session: a command that is spoken with while it runs.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use nix::sys::signal::Signal;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::unix::pipe;
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio::time::Instant as Deadline;

use super::error::BoxError;
use super::owner::RunCount;
use super::runs::{ActiveRun, Entry, reached};
use super::{Boxes, environment, paths, rules, to_completion};
use crate::sandbox::{Command, Exit, SandboxError, SessionControl, WindowSize};

/// Exit code of a session that was lost with its box.
const LOST: i32 = -1;
/// How much input may wait for a command that does not read it.
const MAX_WAITING_BYTES: usize = 16 * 1024 * 1024;
const READ_BYTES: usize = 32 * 1024;
/// What a terminal takes for the end of the input.
const END_OF_INPUT: &[u8] = b"\x04";

/// The signals that a client may send.
const SIGNALS: [(&str, Signal); 8] = [
    ("TERM", Signal::SIGTERM),
    ("KILL", Signal::SIGKILL),
    ("INT", Signal::SIGINT),
    ("HUP", Signal::SIGHUP),
    ("TSTP", Signal::SIGTSTP),
    ("QUIT", Signal::SIGQUIT),
    ("USR1", Signal::SIGUSR1),
    ("USR2", Signal::SIGUSR2),
];

/// What a session is started with.
#[derive(Debug)]
pub(crate) struct SessionStart {
    pub(crate) argv: Vec<String>,
    pub(crate) cwd: Option<String>,
    /// `NAME=value`; what a box's environment can't hold is passed over.
    pub(crate) env: Vec<String>,
    /// Lines and columns of the terminal, if it is to have one.
    pub(crate) terminal: Option<(u16, u16)>,
}

/// What comes out of a session.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum SessionEvent {
    Stdout(Bytes),
    Stderr(Bytes),
    /// The end; nothing comes after it.
    Exit(i32),
}

/// A live session. Dropping it kills the command and all that it started.
#[derive(Debug)]
pub(crate) struct LiveSession {
    pub(crate) run_id: String,
    pub(crate) pid: i32,
    active: Option<ActiveRun>,
    /// The recording of the end, which goes on when nobody waits for it.
    ending: Option<JoinHandle<i32>>,
    is_output_open: bool,
    input: Option<mpsc::UnboundedSender<Bytes>>,
    waiting_bytes: Arc<AtomicUsize>,
    control: SessionControl,
    is_terminated: bool,
}

impl Boxes {
    /// Starts a command and keeps its input open.
    pub(crate) async fn open_session(
        &self,
        reference: &str,
        start: SessionStart,
    ) -> Result<LiveSession, BoxError> {
        rules::command(&start.argv)?;
        let cwd = match start.cwd.as_deref() {
            None | Some("") => paths::WORKSPACE.to_owned(),
            Some(cwd) => paths::absolute("cwd", cwd)?,
        };
        let window = start
            .terminal
            .map(|(rows, columns)| WindowSize { rows, columns });
        let own_env = settable(&start.env);
        let (this, reference) = (self.clone(), reference.to_owned());
        to_completion(async move {
            let mut entered = this.enter(&reference).await?;
            let mut env_vars = this.secrets_of(&entered)?.environment();
            env_vars.extend(own_env);
            let entry = Entry {
                kind: "shell",
                prompt: start.argv.join(" "),
                ..Entry::default()
            };
            let command = Command {
                env: environment::variables(
                    this.image_env(&entered.record),
                    &entered.record,
                    &env_vars,
                    &[],
                ),
                argv: start.argv,
                cwd,
                merge_stderr: false,
                stdin: Vec::new(),
            };
            let (count, started) = (RunCount::new(&entered.owner), Instant::now());
            let sandbox = this.wake(&mut entered).await?;
            let session = sandbox.open_session(command, window).await?;
            let pid = session.pid;
            let (run, stdin, control) = session.split();
            let active = this
                .record_run(&entered, run, entry, count, started)
                .await?;
            let waiting_bytes = Arc::new(AtomicUsize::new(0));
            Ok(LiveSession {
                run_id: active.id.clone(),
                pid,
                active: Some(active),
                ending: None,
                is_output_open: true,
                input: stdin.map(|stdin| write_in_background(stdin, &waiting_bytes)),
                waiting_bytes,
                control,
                is_terminated: false,
            })
        })
        .await
    }
}

impl LiveSession {
    /// The next event; `None` after the exit. Losing this future in a `select!` loses nothing.
    pub(crate) async fn next(&mut self) -> Option<SessionEvent> {
        if self.ending.is_none()
            && let Some(output) = self.output().await
        {
            return Some(output);
        }
        let code = self.ending.as_mut()?.await.unwrap_or(LOST);
        self.ending = None;
        Some(SessionEvent::Exit(code))
    }

    /// The next output. When there is no more, the end of the run is being recorded.
    async fn output(&mut self) -> Option<SessionEvent> {
        let active = self.active.as_mut()?;
        while self.is_output_open || active.run.stderr.is_some() {
            let run = &mut active.run;
            let (mut out, mut err) = (BytesMut::new(), BytesMut::new());
            tokio::select! {
                read = read_some(Some(&mut run.stdout), &mut out), if self.is_output_open => {
                    // A terminal that nobody holds any more answers with an error.
                    match read {
                        Ok(1..) => return Some(SessionEvent::Stdout(out.freeze())),
                        Ok(0) | Err(_) => self.is_output_open = false,
                    }
                }
                read = read_some(run.stderr.as_mut(), &mut err) => match read {
                    Ok(1..) => return Some(SessionEvent::Stderr(err.freeze())),
                    Ok(0) | Err(_) => run.stderr = None,
                },
                () = reached(active.deadline) => active.time_out(),
            }
        }
        // Waited for first, so that a future that is dropped here does not take the run along.
        let waited = active.wait().await;
        let active = self.active.take()?;
        self.ending = Some(tokio::spawn(recorded(active, waited)));
        None
    }

    /// Gives the command something to read.
    pub(crate) fn write(&self, bytes: Bytes) -> Result<(), BoxError> {
        // What comes after the end of the input is nobody's.
        let Some(input) = &self.input else {
            return Ok(());
        };
        let waiting = self.waiting_bytes.fetch_add(bytes.len(), Ordering::AcqRel) + bytes.len();
        if waiting > MAX_WAITING_BYTES {
            return Err(BoxError::TooLarge(
                "stdin: the command does not read, and 16 MiB are waiting for it".to_owned(),
            ));
        }
        // A command that has closed its input misses nothing.
        let _ = input.send(bytes);
        Ok(())
    }

    /// Ends the command's input.
    pub(crate) fn close_input(&mut self) {
        if let Some(input) = self.input.take()
            && self.control.has_terminal()
        {
            let _ = input.send(Bytes::from_static(END_OF_INPUT));
        }
    }

    /// Tells the command the new size of its terminal.
    pub(crate) fn resize(&self, rows: u16, columns: u16) {
        if let Err(error) = self.control.resize(WindowSize { rows, columns }) {
            tracing::debug!(%error, "a terminal keeps its size");
        }
    }

    /// Sends a signal by its name, with or without `SIG`; an unknown one is passed over.
    pub(crate) fn signal(&self, name: &str) {
        let name = name.strip_prefix("SIG").unwrap_or(name);
        let found = SIGNALS.iter().find(|(known, _)| *known == name);
        if let (Some((_, signal)), Some(active)) = (found, &self.active) {
            active.run.signal(*signal);
        }
    }

    /// Asks the command to end, and kills it after `grace`. Only the first counts.
    pub(crate) fn terminate(&mut self, grace: Duration) {
        if std::mem::replace(&mut self.is_terminated, true) {
            return;
        }
        if let Some(active) = &mut self.active {
            active.run.signal(Signal::SIGTERM);
            active.deadline = Some(Deadline::now() + grace);
        }
    }
}

/// Records how the run ended; its exit code.
async fn recorded(active: ActiveRun, waited: Result<Exit, SandboxError>) -> i32 {
    match waited {
        Ok(exit) => {
            let recorded = active.finish(|_, _| {}).await;
            recorded.map_or(LOST, |_| exit.code)
        }
        Err(error) => {
            if let Err(error) = active.lose(error.to_string()).await {
                tracing::warn!(%error, "the end of a session could not be recorded");
            }
            LOST
        }
    }
}

/// Writes what it is sent, in order, until there is no more or nobody reads it.
fn write_in_background(
    mut stdin: pipe::Sender,
    waiting_bytes: &Arc<AtomicUsize>,
) -> mpsc::UnboundedSender<Bytes> {
    let (sender, mut receiver) = mpsc::unbounded_channel::<Bytes>();
    let waiting_bytes = Arc::clone(waiting_bytes);
    tokio::spawn(async move {
        while let Some(bytes) = receiver.recv().await {
            if stdin.write_all(&bytes).await.is_err() {
                return;
            }
            waiting_bytes.fetch_sub(bytes.len(), Ordering::AcqRel);
        }
    });
    sender
}

/// Never resolves without a pipe.
async fn read_some(
    pipe: Option<&mut pipe::Receiver>,
    buffer: &mut BytesMut,
) -> std::io::Result<usize> {
    let Some(pipe) = pipe else {
        return std::future::pending().await;
    };
    buffer.reserve(READ_BYTES);
    pipe.read_buf(buffer).await
}

/// Those variables that may be set.
fn settable(env: &[String]) -> BTreeMap<String, String> {
    let pairs = env.iter().filter_map(|entry| entry.split_once('='));
    pairs
        .map(|(name, value)| BTreeMap::from([(name.to_owned(), value.to_owned())]))
        .filter(|one| rules::env_vars(one).is_ok())
        .flatten()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_decides_which_code_runs_is_not_set() {
        let env = ["A=1=2", "LD_PRELOAD=/x", "PATH=/x", "no", "B="].map(str::to_owned);
        let set = settable(&env);
        assert_eq!(set.len(), 2);
        assert_eq!((&*set["A"], &*set["B"]), ("1=2", ""));
    }
}
