//! Work on disks with the rights of the boxes' root.
//!
//! What a program closed to everyone, itself included, the root of its box may read nevertheless, and so may a
//! server that is root. The server of an ordinary user owns these files and may not. What fails for that
//! reason is done again by a process of this same binary that is root over this one user's files, in a user
//! namespace of its own. It reads a job and answers, a line of JSON each, and ends with its input.

use std::collections::HashSet;
use std::ffi::OsString;
use std::io::{self, BufRead, BufReader, Write};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::thread;

use nix::errno::Errno;
use nix::sched::{CloneFlags, unshare};
use nix::unistd::{Gid, Uid};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::flatten;
use super::live_copy::LiveCopy;
use super::storage::Storage;
use crate::linux::id_map::{self, IdMap};
use crate::linux::{self, KernelError, Named, descriptors, open, process};
use crate::sandbox::SandboxHost;

/// The hidden subcommand.
pub const SUBCOMMAND: &str = "box-root";

/// Trees are walked one call deep for each directory. Only what is used of it takes memory.
const STACK_BYTES: usize = 32 << 20;

/// What can be asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) enum Job {
    /// Merges directories, topmost first, on top of an image into an empty one.
    Merge {
        stack: Vec<PathBuf>,
        image: Vec<PathBuf>,
        target: PathBuf,
    },
    /// Copies each first directory into the second, which is empty, while programs write to it. To be
    /// followed by the mapped files when none does any more.
    Copy {
        parts: Vec<(PathBuf, PathBuf)>,
        shares_data: bool,
    },
}

/// For each part of a copy the files, relative to it, that processes write to through shared mappings.
type Mapped = Vec<Vec<Vec<u8>>>;

/// What became of what was asked.
type Outcome = Result<(), Failure>;

#[derive(Debug, Serialize, Deserialize)]
struct Failure {
    call: String,
    errno: i32,
}

/// How to get such a process.
#[derive(Clone, Debug)]
pub(super) struct BoxRoot {
    /// `None`: the server is root, and another process could do no more.
    program: Option<PathBuf>,
}

/// Such a process. It ends when this is dropped.
#[derive(Debug)]
pub(super) struct Worker {
    process: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
}

impl BoxRoot {
    pub(super) fn of(host: &SandboxHost) -> Self {
        let is_one_user = host.id_map() == IdMap::OneUser;
        Self {
            program: is_one_user.then(|| host.program().to_owned()),
        }
    }

    /// Whether the boxes' root may do what was refused.
    pub(super) fn may(&self, refused: &KernelError) -> bool {
        self.program.is_some() && matches!(refused.errno, Errno::EACCES | Errno::EPERM)
    }

    /// Starts a process and has it begin a job.
    pub(super) fn begin(&self, job: &Job) -> linux::Result<Worker> {
        let program = self.program.as_deref().unwrap_or(Path::new(""));
        let mut worker = Worker::start(program).named(|| "start a process as root".into())?;
        worker.ask(job)?;
        Ok(worker)
    }
}

impl Worker {
    fn start(program: &Path) -> io::Result<Self> {
        let mut process = Command::new(program)
            .arg(SUBCOMMAND)
            .env_clear()
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        match (process.stdin.take(), process.stdout.take()) {
            (Some(input), Some(output)) => Ok(Self {
                process,
                input,
                output: BufReader::new(output),
            }),
            _ => Err(io::ErrorKind::BrokenPipe.into()),
        }
    }

    /// Ends a copy: of each part, the files that are mapped.
    pub(super) fn finish_copy(mut self, mapped: &[HashSet<PathBuf>]) -> linux::Result<()> {
        let bytes = |path: &PathBuf| path.as_os_str().as_bytes().to_vec();
        let mapped: Mapped = mapped
            .iter()
            .map(|paths| paths.iter().map(bytes).collect())
            .collect();
        self.ask(&mapped)
    }

    fn ask(&mut self, message: &impl Serialize) -> linux::Result<()> {
        let answered = self.exchange(message);
        let outcome = answered.named(|| "ask a process that is root".into())?;
        outcome.map_err(|failure| KernelError {
            call: failure.call,
            errno: Errno::from_raw(failure.errno),
        })
    }

    fn exchange(&mut self, message: &impl Serialize) -> io::Result<Outcome> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        self.input.write_all(&line)?;
        self.input.flush()?;
        let mut answer = String::new();
        if self.output.read_line(&mut answer)? == 0 {
            return Err(Errno::EPIPE.into());
        }
        Ok(serde_json::from_str(&answer)?)
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        // One that has ended can't be killed; that it is waited for is what counts.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Does one job; the exit code. The process must have one thread.
pub fn main() -> i32 {
    let entered = become_root();
    let messages = read_input();
    let job = move || answer(entered.and_then(|()| work(&messages)));
    let worker = thread::Builder::new().stack_size(STACK_BYTES).spawn(job);
    let answered = worker.is_ok_and(|worker| matches!(worker.join(), Ok(Ok(()))));
    i32::from(!answered)
}

/// Gets all rights over the files of this process's user, and none over any other's.
fn become_root() -> linux::Result<()> {
    descriptors::close_inherited()?;
    let (user, group) = (Uid::effective(), Gid::effective());
    unshare(CloneFlags::CLONE_NEWUSER).named(|| "unshare(CLONE_NEWUSER)".into())?;
    id_map::keep_own_user(user, group)?;
    process::forbid_tracing()
}

/// The lines that come. When there are no more the server has gone, and whatever is being done with it.
fn read_input() -> Receiver<String> {
    let (sender, messages) = channel();
    thread::spawn(move || {
        for line in io::stdin().lines().map_while(Result::ok) {
            // Nobody waits for more when the work is done.
            let _ = sender.send(line);
        }
        process::exit_now(1);
    });
    messages
}

fn work(messages: &Receiver<String>) -> linux::Result<()> {
    match next(messages)? {
        Job::Merge {
            stack,
            image,
            target,
        } => flatten::flatten(&stack, &image, &target),
        Job::Copy { parts, shares_data } => copy(&parts, shares_data, messages),
    }
}

fn copy(
    parts: &[(PathBuf, PathBuf)],
    shares_data: bool,
    messages: &Receiver<String>,
) -> linux::Result<()> {
    let storage = match shares_data {
        true => Storage::SharedData,
        false => Storage::CopiedData,
    };
    let begun = parts.iter().map(|(source, target)| {
        let (source, target) = (open::directory(source)?, open::directory(target)?);
        LiveCopy::begin(source, target, None, storage)
    });
    let begun: Vec<LiveCopy> = begun.collect::<linux::Result<_>>()?;
    answer(Ok(())).named(|| "answer".into())?;
    let mapped: Mapped = next(messages)?;
    for (copy, mapped) in begun.into_iter().zip(mapped) {
        let paths = mapped.into_iter().map(OsString::from_vec);
        copy.finish(&paths.map(PathBuf::from).collect())?;
    }
    Ok(())
}

fn next<T: DeserializeOwned>(messages: &Receiver<String>) -> linux::Result<T> {
    let line = messages.recv().unwrap_or_default();
    let read = serde_json::from_str(&line).map_err(io::Error::from);
    read.named(|| "read what is asked".into())
}

fn answer(done: linux::Result<()>) -> io::Result<()> {
    let outcome: Outcome = done.map_err(|error| Failure {
        call: error.call,
        errno: error.errno as i32,
    });
    let mut line = serde_json::to_vec(&outcome)?;
    line.push(b'\n');
    let mut output = io::stdout();
    output.write_all(&line)?;
    output.flush()
}
