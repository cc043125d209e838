//! The first process of a sandbox: runs commands, opens files, reaps, and ends everything.
//!
//! One thread, no state beyond the runs it started. It obeys the control socket alone; when that
//! closes, the server is gone and so is the sandbox. It must survive hostile neighbours: they can't
//! signal or trace it, and it never waits for anything they control.

use std::collections::HashMap;
use std::fs::File;
use std::net::TcpListener;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};
use std::path::Path;

use nix::errno::Errno;
use nix::fcntl::{Flock, OFlag};
use nix::poll::{PollFd, PollFlags, PollTimeout, poll};
use nix::sys::signal::{SigSet, SigmaskHow, Signal, kill};
use nix::sys::signalfd::{SfdFlags, SignalFd};
use nix::sys::stat::Mode;
use nix::unistd::Pid;

use super::control::{OpenHow, Reply, Request};
use super::launcher::Birth;
use super::program::Program;
use super::terminal::Terminal;
use super::{change_in_box, open_in_box, processes};
use crate::linux::process::Reaped;
use crate::linux::{KernelError, Named, Result, loopback, open, process, socket};

/// Obeys the control socket until it closes or says to finish.
pub(super) fn serve(
    control: BorrowedFd<'_>,
    proxy: TcpListener,
    lock: Flock<File>,
    birth: Birth,
) -> Result<()> {
    let mut child_ended = SigSet::empty();
    child_ended.add(Signal::SIGCHLD);
    process::set_signal_mask(&child_ended, SigmaskHow::SIG_BLOCK)?;
    let signals =
        SignalFd::with_flags(&child_ended, SfdFlags::SFD_CLOEXEC | SfdFlags::SFD_NONBLOCK)
            .named(|| "signalfd(SIGCHLD)".into())?;
    let root = open::directory_handle(Path::new("/"))?;
    let mut init = Init {
        control,
        root,
        runs: HashMap::new(),
        begun: HashMap::new(),
        frozen: processes::Frozen::default(),
    };
    let (launcher, handle) = birth.launcher;
    let ready = Reply::Ready {
        in_cgroup: birth.in_cgroup,
        launcher,
    };
    send(control, &ready, &[proxy.as_fd(), handle.as_fd()])?;
    drop((proxy, handle));
    let mut buffer = vec![0; socket::MAX_MESSAGE];
    let finish = init.until_finished(&signals, &mut buffer);
    end_everything();
    // Unlocked by hand: closing happens only after the mounts are gone, which may take a while.
    drop(lock.unlock());
    if let Some(id) = finish? {
        send(control, &Reply::Done { id }, &[])?;
        // The mounts go with this process, and that keeps a processor busy: when the server has
        // done what it stopped the box for, it closes the socket.
        while socket::receive(control, &mut buffer)?.0 > 0 {}
    }
    Ok(())
}

/// Sends one message to the server.
pub(super) fn send(
    control: BorrowedFd<'_>,
    reply: &Reply,
    descriptors: &[BorrowedFd<'_>],
) -> Result<()> {
    let message = serde_json::to_vec(reply)
        .map_err(|_| Errno::EINVAL)
        .named(|| "encode".into())?;
    socket::send(control, &message, descriptors)
}

/// Kills every other process of the sandbox and waits until none is left.
fn end_everything() {
    // An error says that there is none.
    let _ = kill(Pid::from_raw(-1), Signal::SIGKILL);
    while nix::sys::wait::wait().is_ok() {}
}

/// What a run's processes can be known by.
struct Begun {
    session: Pid,
    /// What it writes to, as /proc shows it.
    outputs: Vec<String>,
}

struct Init<'socket> {
    control: BorrowedFd<'socket>,
    root: OwnedFd,
    /// The run that each of our own children is.
    runs: HashMap<Pid, u64>,
    /// Each run until the server forgets it: some of it may outlive the child.
    begun: HashMap<u64, Begun>,
    /// What the last freeze found.
    frozen: processes::Frozen,
}

impl Init<'_> {
    /// Obeys until it is told to finish, by the request of this id, or the control socket closes.
    fn until_finished(&mut self, signals: &SignalFd, buffer: &mut [u8]) -> Result<Option<u64>> {
        loop {
            let mut ready = [
                PollFd::new(self.control, PollFlags::POLLIN),
                PollFd::new(signals.as_fd(), PollFlags::POLLIN),
            ];
            match poll(&mut ready, PollTimeout::NONE) {
                Err(Errno::EINTR) => continue,
                polled => polled.named(|| "poll()".into())?,
            };
            let [asked, ended] = ready.map(|entry| entry.any().unwrap_or(true));
            if ended {
                while signals.read_signal().is_ok_and(|signal| signal.is_some()) {}
                self.reap()?;
            }
            if !asked {
                continue;
            }
            let (length, descriptors) = socket::receive(self.control, buffer)?;
            if length == 0 {
                return Ok(None);
            }
            let message = buffer.get(..length).unwrap_or_default();
            // Only the server writes here; what can't be read is from a newer one.
            let Ok(request) = serde_json::from_slice(message) else {
                continue;
            };
            match request {
                Request::Finish { id } => return Ok(Some(id)),
                Request::FinishIfEmpty { id } if processes::none() => {
                    // One that ended a moment ago is dead, but its run may not have been told.
                    self.reap()?;
                    return Ok(Some(id));
                }
                _ => {}
            }
            self.obey(request, descriptors)?;
        }
    }

    fn obey(&mut self, request: Request, descriptors: Vec<OwnedFd>) -> Result<()> {
        match request {
            Request::Run { id, argv, env, cwd } => {
                let program = Program {
                    argv,
                    env,
                    stdio: descriptors,
                    in_terminal: false,
                };
                let outputs = program.pipes();
                let began = outputs.and_then(|outputs| self.run(id, &cwd, program, outputs));
                self.began(id, began, None)
            }
            Request::RunInTerminal {
                id,
                argv,
                env,
                cwd,
                rows,
                columns,
            } => match Terminal::open(self.root.as_fd(), rows, columns) {
                Ok(terminal) => {
                    let began = self.run_in_terminal(id, &cwd, argv, env, &terminal);
                    self.began(id, began, Some(terminal.master))
                }
                Err(error) => self.answer(id, Err(error)),
            },
            Request::Signal { id, signal } => {
                let begun = self.begun.get(&id);
                if let (Some(begun), Ok(signal)) = (begun, Signal::try_from(signal)) {
                    processes::signal_session(begun.session, signal);
                }
                Ok(())
            }
            Request::EndRun { id } => {
                if let Some(begun) = self.begun.get(&id) {
                    processes::kill_tree(begun.session);
                    processes::kill_holders(&begun.outputs);
                }
                Ok(())
            }
            Request::EndHolders { id } => {
                if let Some(begun) = self.begun.get(&id) {
                    processes::kill_holders(&begun.outputs);
                }
                Ok(())
            }
            Request::ForgetRun { id } => {
                self.begun.remove(&id);
                Ok(())
            }
            Request::Open { id, path, how } => self.open(id, &path, how),
            Request::Connect { id, address } => match loopback::connect(address) {
                Ok(stream) => self
                    .hand_over(id, &Reply::Done { id }, &[stream.as_fd()])
                    .map(drop),
                Err(error) => self.answer(id, Err(error)),
            },
            Request::Change { id, change } => {
                let changed = change_in_box::change(self.root.as_fd(), &change);
                self.answer(id, changed)
            }
            Request::Count { id } | Request::FinishIfEmpty { id } => send(
                self.control,
                &Reply::Counted {
                    id,
                    processes: processes::count(),
                },
                &[],
            ),
            Request::Freeze { id } => {
                let frozen = processes::freeze().map(|frozen| self.frozen = frozen);
                self.answer(id, frozen)
            }
            Request::Mapped { id } => {
                let paths = processes::shared_mappings();
                let paths = processes::at_most(paths, socket::MAX_MESSAGE / 2);
                send(self.control, &Reply::Paths { id, paths }, &[])
            }
            Request::Thaw { id } => {
                processes::thaw(&std::mem::take(&mut self.frozen));
                self.answer(id, Ok(()))
            }
            Request::Finish { .. } => Ok(()),
        }
    }

    fn answer(&self, id: u64, outcome: Result<()>) -> Result<()> {
        let reply = match outcome {
            Ok(()) => Reply::Done { id },
            Err(KernelError { call, errno }) => Reply::Refused {
                id,
                call,
                errno: errno as i32,
            },
        };
        send(self.control, &reply, &[])
    }

    fn began(&self, id: u64, began: Result<Pid>, terminal: Option<OwnedFd>) -> Result<()> {
        match began {
            Ok(pid) => {
                let terminal: Vec<_> = terminal.iter().map(AsFd::as_fd).collect();
                let reply = Reply::Began {
                    id,
                    pid: pid.as_raw(),
                };
                if !self.hand_over(id, &reply, &terminal)? {
                    processes::kill_tree(pid);
                }
                Ok(())
            }
            Err(error) => self.answer(id, Err(error)),
        }
    }

    fn run_in_terminal(
        &mut self,
        id: u64,
        cwd: &Path,
        argv: Vec<String>,
        env: Vec<(String, String)>,
        terminal: &Terminal,
    ) -> Result<Pid> {
        let side = || terminal.slave.try_clone().named(|| "dup(terminal)".into());
        let program = Program {
            argv,
            env,
            stdio: vec![side()?, side()?],
            in_terminal: true,
        };
        self.run(id, cwd, program, vec![terminal.name.clone()])
    }

    fn run(&mut self, id: u64, cwd: &Path, program: Program, outputs: Vec<String>) -> Result<Pid> {
        let flags = OFlag::O_PATH | OFlag::O_DIRECTORY;
        let directory = open::open_beneath(self.root.as_fd(), cwd, flags, Mode::empty())?;
        let pid = program.start(directory.as_fd())?;
        // A number in use again stands for no older session.
        self.begun.retain(|_, begun| begun.session != pid);
        self.begun.insert(
            id,
            Begun {
                session: pid,
                outputs,
            },
        );
        self.runs.insert(pid, id);
        Ok(pid)
    }

    fn open(&self, id: u64, path: &Path, how: OpenHow) -> Result<()> {
        match open_in_box::open(self.root.as_fd(), path, how) {
            Ok(file) => self
                .hand_over(id, &Reply::Done { id }, &[file.as_fd()])
                .map(drop),
            Err(error) => self.answer(id, Err(error)),
        }
    }

    /// Answers with descriptors; `false` when they could not be sent, which is then the answer. The kernel
    /// counts those that are on their way for all boxes together, so others may have used them up.
    fn hand_over(&self, id: u64, reply: &Reply, descriptors: &[BorrowedFd<'_>]) -> Result<bool> {
        match send(self.control, reply, descriptors) {
            Err(error) if error.errno == Errno::ETOOMANYREFS => {
                self.answer(id, Err(error)).map(|()| false)
            }
            sent => sent.map(|()| true),
        }
    }

    fn reap(&mut self) -> Result<()> {
        while let Reaped::One(ended) = process::reap()? {
            // Others are orphans that fell to us.
            if let Some(id) = self.runs.remove(&ended.pid) {
                let cpu_ns = u64::try_from(ended.cpu.as_nanos()).unwrap_or(u64::MAX);
                send(
                    self.control,
                    &Reply::Exit {
                        id,
                        code: ended.code,
                        cpu_ns,
                    },
                    &[],
                )?;
            }
        }
        Ok(())
    }
}
