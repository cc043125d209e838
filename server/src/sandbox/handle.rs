//! The server's handle of a running sandbox.

use std::net::{Ipv4Addr, Ipv6Addr, SocketAddr, TcpListener};
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use nix::errno::Errno;
use tokio::net::unix::pipe;

use super::cgroup::Cgroup;
use super::connection::{Answer, Connection, Started, encode};
use super::control::{Change, OpenHow, Reply, Request, Setup, SetupLower, SetupMount};
use super::run::Pipes;
use super::zygote::Launcher;
use super::{Command, Lower, PROXY_PORT, Run, SandboxError, SandboxHost, SandboxSpec};
use crate::linux::id_map::IdMap;
use crate::linux::{KernelError, socket};

/// The longest that building a sandbox may take on a busy machine.
const START_LIMIT: Duration = Duration::from_secs(30);
/// The longest that a sandbox's first process may take to answer: it waits for nothing itself.
pub(super) const ANSWER_LIMIT: Duration = Duration::from_secs(30);
/// The longest that processes may take to die before their parent is killed.
const FINISH_LIMIT: Duration = Duration::from_secs(5);

/// A running sandbox. Clones are handles of the same one; it ends with the last of them.
#[derive(Clone, Debug)]
pub struct Sandbox {
    pub(super) inner: Arc<Inner>,
}

#[derive(Debug)]
pub(super) struct Inner {
    pub(super) connection: Arc<Connection>,
    launcher: Mutex<Option<Launcher>>,
    /// Where the first process was made in one.
    pub(super) cgroup: Option<Cgroup>,
    proxy: Mutex<Option<TcpListener>>,
    id_map: IdMap,
}

impl Inner {
    /// Until the sandbox was told to end.
    pub(super) fn launcher_id(&self) -> Option<u32> {
        let launcher = self.launcher.lock();
        let launcher = launcher.unwrap_or_else(PoisonError::into_inner);
        Some(launcher.as_ref()?.pid)
    }
}

impl Drop for Inner {
    fn drop(&mut self) {
        self.connection.close();
    }
}

impl Sandbox {
    /// Builds a sandbox; commands can run in it at once.
    ///
    /// # Errors
    /// Which step failed, and why.
    pub async fn start(host: &SandboxHost, spec: SandboxSpec) -> Result<Self, SandboxError> {
        let (ours, theirs) = socket::pair().map_err(|source| SandboxError::Setup {
            step: "make a socket".into(),
            source,
        })?;
        host.zygote().launch(theirs).await?;
        let connection = Arc::new(Connection::new(ours).map_err(SandboxError::Connection)?);
        let cgroup = host.cgroup(spec.limits);
        let handle = cgroup.as_ref().and_then(|group| group.handle().ok());
        let (mut setup, mut mounts) = describe(host, spec)?;
        setup.has_cgroup = handle.is_some();
        mounts.extend(handle);
        let mounts: Vec<_> = mounts.iter().map(AsFd::as_fd).collect();
        connection.send(&encode(&setup)?, &mounts).await?;
        let ready = tokio::time::timeout(START_LIMIT, ready(&connection))
            .await
            .map_err(|_| SandboxError::Unresponsive)??;
        tokio::spawn(Arc::clone(&connection).dispatch());
        Ok(Self {
            inner: Arc::new(Inner {
                connection,
                launcher: Mutex::new(Some(ready.launcher)),
                cgroup: cgroup.filter(|_| ready.in_cgroup),
                proxy: Mutex::new(Some(ready.proxy)),
                id_map: host.id_map(),
            }),
        })
    }

    /// Starts a command.
    ///
    /// A program that can't be found or run is a run with exit code 127 or 126 and a line on
    /// standard error.
    ///
    /// # Errors
    /// When the working directory does not exist, the command is too long, or the sandbox ended.
    pub async fn run(&self, command: Command) -> Result<Run, SandboxError> {
        let connection = &self.inner.connection;
        let input = self
            .input(&command.stdin)
            .map_err(SandboxError::Connection)?;
        let (stdout, output) = self.output().map_err(SandboxError::Connection)?;
        let mut descriptors = vec![input.as_fd(), output.as_fd()];
        let mut receivers = vec![&stdout];
        let error = if command.merge_stderr {
            None
        } else {
            Some(self.output().map_err(SandboxError::Connection)?)
        };
        if let Some((stderr, error)) = &error {
            descriptors.push(error.as_fd());
            receivers.push(stderr);
        }
        let pipes = Pipes::watching(&receivers).map_err(SandboxError::Connection)?;
        let cwd = PathBuf::from(&command.cwd);
        let (argv, env) = (command.argv, command.env);
        let question = |id| Request::Run {
            id,
            argv,
            env,
            cwd: cwd.clone(),
        };
        let started = self.begin(&cwd, question, &descriptors, pipes).await?;
        let stderr = error.map(|(stderr, _)| stderr);
        Ok(Run {
            stdout,
            stderr,
            connection: Arc::clone(connection),
            id: started.id,
            exited: started.exited,
            exit: None,
        })
    }

    /// Starts what `question` asks for.
    pub(super) async fn begin(
        &self,
        cwd: &Path,
        question: impl FnOnce(u64) -> Request,
        descriptors: &[BorrowedFd<'_>],
        pipes: Pipes,
    ) -> Result<Started, SandboxError> {
        let connection = &self.inner.connection;
        let started = connection.start_run(ANSWER_LIMIT, question, descriptors, pipes);
        started.await.map_err(|error| match error.errno() {
            Some(Errno::ENOENT | Errno::ENOTDIR | Errno::ELOOP) => {
                SandboxError::NoSuchDirectory(cwd.to_path_buf())
            }
            _ => error,
        })
    }

    /// Opens a file of the box. `path` is absolute.
    pub(crate) async fn open(&self, path: &Path, how: OpenHow) -> Result<OwnedFd, SandboxError> {
        let question = |id| Request::Open {
            id,
            path: path.to_path_buf(),
            how,
        };
        match self
            .inner
            .connection
            .ask(ANSWER_LIMIT, question, &[])
            .await?
        {
            Answer::Done(Some(file)) => Ok(file),
            _ => Err(SandboxError::Kernel(KernelError {
                call: "open".into(),
                errno: Errno::EBADMSG,
            })),
        }
    }

    /// Makes, renames or removes a name of the box.
    pub(crate) async fn change(&self, change: &Change) -> Result<(), SandboxError> {
        let question = |id| Request::Change {
            id,
            change: change.clone(),
        };
        self.inner
            .connection
            .ask(ANSWER_LIMIT, question, &[])
            .await
            .map(drop)
    }

    /// Connects to a port that a program of the box listens on.
    ///
    /// # Errors
    /// `ECONNREFUSED` when none does.
    pub async fn connect(&self, port: u16) -> Result<tokio::net::TcpStream, SandboxError> {
        let refused = match self.connect_to((Ipv4Addr::LOCALHOST, port).into()).await {
            Err(error) if error.errno() == Some(Errno::ECONNREFUSED) => error,
            connected => return connected,
        };
        let second = self.connect_to((Ipv6Addr::LOCALHOST, port).into()).await;
        second.map_err(|_| refused)
    }

    async fn connect_to(&self, address: SocketAddr) -> Result<tokio::net::TcpStream, SandboxError> {
        let question = |id| Request::Connect { id, address };
        let answer = self.inner.connection.ask(ANSWER_LIMIT, question, &[]);
        let Answer::Done(Some(socket)) = answer.await? else {
            return Err(SandboxError::Ended);
        };
        let failed = |error: std::io::Error| {
            SandboxError::Kernel(KernelError {
                call: format!("connect({address})"),
                errno: error.raw_os_error().map_or(Errno::EIO, Errno::from_raw),
            })
        };
        let stream = std::net::TcpStream::from(socket);
        let stream = tokio::net::TcpStream::from_std(stream).map_err(failed)?;
        stream.writable().await.map_err(failed)?;
        match stream.take_error().map_err(failed)? {
            Some(error) => Err(failed(error)),
            None => Ok(stream),
        }
    }

    /// The listener, on the box's own loopback interface, of the proxy that the server provides.
    /// Given once.
    pub fn take_proxy_listener(&self) -> Option<TcpListener> {
        self.inner
            .proxy
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// How many processes of the box live.
    ///
    /// # Errors
    /// When the sandbox ended.
    pub async fn live_processes(&self) -> Result<usize, SandboxError> {
        match self
            .inner
            .connection
            .ask(ANSWER_LIMIT, |id| Request::Count { id }, &[])
            .await?
        {
            Answer::Counted(processes) => Ok(processes),
            Answer::Done(_) | Answer::Began(..) | Answer::Paths(_) => Ok(0),
        }
    }

    /// Ends the sandbox when no process of the box lives, as [`end_processes`](Self::end_processes)
    /// does; `false` when one does, and nothing has changed.
    ///
    /// # Errors
    /// When the sandbox ended before or does not answer.
    pub async fn end_if_empty(&self) -> Result<bool, SandboxError> {
        let question = |id| Request::FinishIfEmpty { id };
        match self
            .inner
            .connection
            .ask(FINISH_LIMIT, question, &[])
            .await?
        {
            Answer::Counted(_) => Ok(false),
            Answer::Done(_) | Answer::Began(..) | Answer::Paths(_) => {
                drop(self.take_launcher());
                Ok(true)
            }
        }
    }

    fn take_launcher(&self) -> Option<Launcher> {
        self.inner
            .launcher
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .take()
    }

    /// Kills every process and gives up the mounts.
    pub async fn stop(&self) {
        self.end_processes().await;
        self.close();
    }

    /// Gives up the mounts, after [`end_processes`](Self::end_processes). They and the last process
    /// go in their own time.
    pub fn close(&self) {
        self.inner.connection.close();
    }

    /// Kills every process. When this returns, none is left that could write to the disk, which may
    /// be mounted anew. To be followed by [`close`](Self::close).
    pub async fn end_processes(&self) {
        let finished = self
            .inner
            .connection
            .ask(FINISH_LIMIT, |id| Request::Finish { id }, &[])
            .await;
        let Some(launcher) = self.take_launcher() else {
            return;
        };
        if matches!(finished, Ok(_) | Err(SandboxError::Ended)) {
            return;
        }
        if let Some(group) = &self.inner.cgroup
            && let Err(error) = group.kill()
        {
            tracing::warn!(%error, "a sandbox's control group could not be killed");
        }
        if let Err(error) = launcher.kill().await {
            tracing::warn!(%error, "a sandbox's launcher could not be killed");
        }
    }

    /// Resolves when the sandbox is gone, for whatever reason.
    pub async fn ended(&self) {
        self.inner.connection.ended().await;
    }

    pub(super) fn inner(&self) -> &Arc<Inner> {
        &self.inner
    }

    fn input(&self, content: &[u8]) -> std::io::Result<OwnedFd> {
        use std::io::{Seek, Write};
        if content.is_empty() {
            return Ok(std::fs::File::open("/dev/null")?.into());
        }
        let memory =
            nix::sys::memfd::memfd_create(c"stdin", nix::sys::memfd::MFdFlags::MFD_CLOEXEC)?;
        let mut file = std::fs::File::from(memory);
        file.write_all(content)?;
        file.rewind()?;
        self.give_to_box(file.into())
    }

    pub(super) fn output(&self) -> std::io::Result<(pipe::Receiver, OwnedFd)> {
        let (reader, writer) = std::io::pipe()?;
        let writer = self.give_to_box(writer.into())?;
        Ok((pipe::Receiver::from_owned_fd(reader.into())?, writer))
    }

    /// A program may open its own output again, as `> /dev/stdout` does, so it must own it.
    pub(super) fn give_to_box(&self, fd: OwnedFd) -> std::io::Result<OwnedFd> {
        if self.inner.id_map == IdMap::Range {
            let owner = self.inner.id_map.root_owner();
            nix::unistd::fchown(&fd, Some(owner.into()), Some(owner.into()))?;
        }
        Ok(fd)
    }
}

/// What the launcher is to build, and the mounts that go with the message.
fn describe(host: &SandboxHost, spec: SandboxSpec) -> Result<(Setup, Vec<OwnedFd>), SandboxError> {
    let mut mounts = Vec::new();
    let mut overlays = Vec::new();
    for overlay in spec.disk.mounts {
        let mut lowers = Vec::new();
        for lower in overlay.lowers {
            lowers.push(match lower {
                Lower::Layer(path) => SetupLower::Directory(path),
                Lower::Host(path) => match host.mapped(&path)? {
                    None => SetupLower::Directory(path),
                    Some(mount) => {
                        mounts.push(mount);
                        SetupLower::Mount(mounts.len() - 1)
                    }
                },
            });
        }
        let (target, upper, work) = (overlay.target, overlay.upper, overlay.work);
        overlays.push(SetupMount {
            target,
            lowers,
            upper,
            work,
        });
    }
    let setup = Setup {
        host_name: spec.box_id,
        many_users: host.id_map() == IdMap::Range,
        mounts: overlays,
        lock_file: spec.lock_file,
        has_cgroup: false,
        max_processes: spec.limits.processes,
        max_memory_bytes: spec.limits.memory_bytes,
        proxy_port: PROXY_PORT,
    };
    Ok((setup, mounts))
}

/// What a new sandbox says of itself.
struct Ready {
    proxy: TcpListener,
    launcher: Launcher,
    in_cgroup: bool,
}

async fn ready(connection: &Connection) -> Result<Ready, SandboxError> {
    match connection.receive().await? {
        Some((
            Reply::Ready {
                in_cgroup,
                launcher,
            },
            descriptors,
        )) => {
            let descriptors: [OwnedFd; 2] =
                descriptors.try_into().map_err(|_| SandboxError::Unbuilt)?;
            let [proxy, handle] = descriptors;
            let proxy = TcpListener::from(proxy);
            proxy
                .set_nonblocking(true)
                .map_err(SandboxError::Connection)?;
            Ok(Ready {
                proxy,
                launcher: Launcher::new(launcher, handle),
                in_cgroup,
            })
        }
        Some((Reply::Failed { step, call, errno }, _)) => Err(SandboxError::Setup {
            step,
            source: KernelError {
                call,
                errno: Errno::from_raw(errno),
            },
        }),
        _ => Err(SandboxError::Unbuilt),
    }
}
