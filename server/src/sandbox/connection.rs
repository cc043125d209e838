//! The server's end of a sandbox's control socket: questions out, answers back to who asked.

use std::cell::RefCell;
use std::collections::HashMap;
use std::io;
use std::os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd};
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use tokio::io::Interest;
use tokio::io::unix::AsyncFd;
use tokio::sync::{oneshot, watch};

use super::control::{Reply, Request};
use super::run::{Pipes, release};
use super::{Exit, SandboxError};
use crate::linux::{KernelError, descriptors, socket};

/// What came back for a question.
#[derive(Debug)]
pub(super) enum Answer {
    Done(Option<OwnedFd>),
    /// A process and, if it has one, its terminal.
    Began(i32, Option<OwnedFd>),
    Counted(usize),
    Paths(Vec<PathBuf>),
}

/// A run that has begun.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) id: u64,
    /// Its process, as the box numbers it.
    pub(super) pid: i32,
    pub(super) terminal: Option<OwnedFd>,
    pub(super) exited: oneshot::Receiver<Exit>,
}

type AnswerSender = oneshot::Sender<Result<Answer, KernelError>>;

/// A run whose end is awaited.
struct Watched {
    exit: oneshot::Sender<Exit>,
    pipes: Pipes,
}

#[derive(Default)]
struct Waiting {
    answers: HashMap<u64, AnswerSender>,
    runs: HashMap<u64, Watched>,
    ended: bool,
}

/// One sandbox's control socket.
pub(super) struct Connection {
    socket: AsyncFd<OwnedFd>,
    next_id: AtomicU64,
    waiting: Mutex<Waiting>,
    ended: watch::Sender<bool>,
}

impl std::fmt::Debug for Connection {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("Connection")
            .field("socket", &self.socket)
            .finish_non_exhaustive()
    }
}

impl Connection {
    pub(super) fn new(socket: OwnedFd) -> io::Result<Self> {
        let nonblocking = nix::fcntl::FcntlArg::F_SETFL(nix::fcntl::OFlag::O_NONBLOCK);
        nix::fcntl::fcntl(&socket, nonblocking)?;
        Ok(Self {
            socket: descriptors::register(socket)?,
            next_id: AtomicU64::new(1),
            waiting: Mutex::default(),
            ended: watch::channel(false).0,
        })
    }

    /// Sends a message whole.
    pub(super) async fn send(
        &self,
        message: &[u8],
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<(), SandboxError> {
        self.socket
            .async_io(Interest::WRITABLE, |socket| {
                socket::send(socket.as_fd(), message, descriptors)
                    .map_err(|error| io::Error::from(error.errno))
            })
            .await
            .map_err(|error| match error.raw_os_error().map(Errno::from_raw) {
                Some(Errno::EPIPE | Errno::ECONNRESET) => SandboxError::Ended,
                _ => SandboxError::Connection(error),
            })
    }

    /// Receives one message; `None` when the other end is closed.
    pub(super) async fn receive(&self) -> Result<Option<(Reply, Vec<OwnedFd>)>, SandboxError> {
        loop {
            let received = self
                .socket
                .async_io(Interest::READABLE, |socket| receive_now(socket.as_fd()))
                .await
                .map_err(SandboxError::Connection)?;
            match received {
                None => return Ok(None),
                Some((Some(reply), descriptors)) => return Ok(Some((reply, descriptors))),
                // What can't be read is not for us.
                Some((None, _)) => {}
            }
        }
    }

    /// Asks and waits for the answer.
    pub(super) async fn ask(
        &self,
        limit: Duration,
        question: impl FnOnce(u64) -> Request,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<Answer, SandboxError> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        self.ask_as(id, limit, &question(id), descriptors).await
    }

    async fn ask_as(
        &self,
        id: u64,
        limit: Duration,
        question: &Request,
        descriptors: &[BorrowedFd<'_>],
    ) -> Result<Answer, SandboxError> {
        let message = encode(question)?;
        let (sender, answer) = oneshot::channel();
        {
            let mut waiting = self.waiting();
            if waiting.ended {
                return Err(SandboxError::Ended);
            }
            waiting.answers.insert(id, sender);
        }
        let _forget = Forget {
            connection: self,
            id,
        };
        self.send(&message, descriptors).await?;
        match tokio::time::timeout(limit, answer).await {
            Err(_) => Err(SandboxError::Unresponsive),
            Ok(Err(_)) => Err(SandboxError::Ended),
            Ok(Ok(answer)) => answer.map_err(SandboxError::Kernel),
        }
    }

    /// Starts a run; its exit comes by the receiver.
    pub(super) async fn start_run(
        &self,
        limit: Duration,
        question: impl FnOnce(u64) -> Request,
        descriptors: &[BorrowedFd<'_>],
        pipes: Pipes,
    ) -> Result<Started, SandboxError> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let (exit, exited) = oneshot::channel();
        // Before asking: a short command may have ended when the answer is read.
        self.waiting().runs.insert(id, Watched { exit, pipes });
        let started = self.ask_as(id, limit, &question(id), descriptors).await;
        if started.is_err() {
            self.waiting().runs.remove(&id);
        }
        let Answer::Began(pid, terminal) = started? else {
            return Err(SandboxError::Ended);
        };
        Ok(Started {
            id,
            pid,
            terminal,
            exited,
        })
    }

    /// Tells something that has no answer, when there is still somebody to tell.
    pub(super) fn tell(self: &Arc<Self>, request: &Request) {
        let Ok(message) = encode(request) else { return };
        if socket::send(self.socket.as_fd(), &message, &[]).is_ok() || self.waiting().ended {
            return;
        }
        // Full for the moment: wait for room elsewhere.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            let connection = Arc::clone(self);
            runtime.spawn(async move { connection.send(&message, &[]).await });
        }
    }

    /// Hands each message to who waits for it, until the sandbox ends.
    pub(super) async fn dispatch(self: Arc<Self>) {
        while let Ok(Some((reply, mut descriptors))) = self.receive().await {
            match reply {
                Reply::Done { id } => self.answer(id, Ok(Answer::Done(descriptors.pop()))),
                Reply::Began { id, pid } => {
                    self.answer(id, Ok(Answer::Began(pid, descriptors.pop())));
                }
                Reply::Counted { id, processes } => {
                    self.answer(id, Ok(Answer::Counted(processes)));
                }
                Reply::Paths { id, paths } => self.answer(id, Ok(Answer::Paths(paths))),
                Reply::Refused { id, call, errno } => {
                    let errno = Errno::from_raw(errno);
                    self.answer(id, Err(KernelError { call, errno }));
                }
                Reply::Exit { id, code, cpu_ns } => {
                    let watched = self.waiting().runs.remove(&id);
                    if let Some(Watched { exit, pipes }) = watched {
                        // Nobody may be waiting any more.
                        let _ = exit.send(Exit {
                            code,
                            cpu: Duration::from_nanos(cpu_ns),
                        });
                        tokio::spawn(release(Arc::clone(&self), id, pipes));
                    }
                }
                Reply::Ready { .. } | Reply::Failed { .. } => {}
            }
        }
        // Dropping the senders tells those who wait.
        *self.waiting() = Waiting {
            ended: true,
            ..Waiting::default()
        };
        self.ended.send_replace(true);
    }

    /// Resolves when the sandbox has ended.
    pub(super) async fn ended(&self) {
        // Fails only when the sender is gone, and `self` holds it.
        let _ = self.ended.subscribe().wait_for(|ended| *ended).await;
    }

    /// Closes the socket for both ends, at which the sandbox ends.
    pub(super) fn close(&self) {
        // An error says that it is closed.
        let _ =
            nix::sys::socket::shutdown(self.socket.as_raw_fd(), nix::sys::socket::Shutdown::Both);
    }

    fn answer(&self, id: u64, answer: Result<Answer, KernelError>) {
        if let Some(sender) = self.waiting().answers.remove(&id) {
            // Nobody may be waiting any more.
            let _ = sender.send(answer);
        }
    }

    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Takes a question off the list when its asker goes away.
struct Forget<'connection> {
    connection: &'connection Connection,
    id: u64,
}

impl Drop for Forget<'_> {
    fn drop(&mut self) {
        self.connection.waiting().answers.remove(&self.id);
    }
}

thread_local! {
    /// Where a message lies until it is read: one for each thread, as one for each sandbox would be most of the
    /// memory that it takes.
    static MESSAGE: RefCell<Vec<u8>> = RefCell::new(vec![0; socket::MAX_MESSAGE]);
}

/// Takes the next message of a socket that does not block, if it can be read; `None` when the other end is closed.
fn receive_now(socket: BorrowedFd<'_>) -> io::Result<Option<(Option<Reply>, Vec<OwnedFd>)>> {
    MESSAGE.with_borrow_mut(|buffer| {
        let (length, descriptors) =
            socket::receive(socket, buffer).map_err(|error| io::Error::from(error.errno))?;
        let message = buffer.get(..length).unwrap_or_default();
        Ok((length > 0).then(|| (serde_json::from_slice(message).ok(), descriptors)))
    })
}

/// A message as it travels.
pub(super) fn encode<T: serde::Serialize>(message: &T) -> Result<Vec<u8>, SandboxError> {
    let bytes =
        serde_json::to_vec(message).map_err(|error| SandboxError::Connection(error.into()))?;
    if bytes.len() > socket::MAX_MESSAGE {
        return Err(SandboxError::CommandTooLong(bytes.len()));
    }
    Ok(bytes)
}
