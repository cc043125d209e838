//! Starts one program in the sandbox.

use std::convert::Infallible;
use std::ffi::{CString, NulError};
use std::io::Write;
use std::os::fd::{AsFd, BorrowedFd, OwnedFd};

use nix::errno::Errno;
use nix::sys::resource::{Resource, getrlimit, setrlimit};
use nix::sys::signal::{SigSet, SigmaskHow, Signal};
use nix::sys::stat::fstat;
use nix::unistd::{Pid, dup2_stderr, dup2_stdin, dup2_stdout, execve, fchdir, setsid};

use crate::linux::clone::{Clone, fork};
use crate::linux::{Named, Result, process, terminal};

/// What a shell answers for a program that does not exist.
const NOT_FOUND: i32 = 127;
/// What a shell answers for a program that can't be run.
const NOT_RUNNABLE: i32 = 126;

/// The most files that a program may open: some walk through all numbers there may be.
const OPEN_FILES: u64 = 65_536;

/// A program and what it is started with.
pub(super) struct Program {
    pub(super) argv: Vec<String>,
    pub(super) env: Vec<(String, String)>,
    /// Standard input, output and error; without the third, errors go where output goes.
    pub(super) stdio: Vec<OwnedFd>,
    /// Whether `stdio` is a terminal, to be the program's own.
    pub(super) in_terminal: bool,
}

impl Program {
    /// Starts it in a session of its own, with `directory` as its working directory.
    pub(super) fn start(self, directory: BorrowedFd<'_>) -> Result<Pid> {
        let invalid = |_: NulError| Errno::EINVAL;
        let argv = c_strings(self.argv.iter().cloned())
            .map_err(invalid)
            .named(|| "read the arguments".into())?;
        let env = c_strings(
            self.env
                .iter()
                .map(|(name, value)| format!("{name}={value}")),
        )
        .map_err(invalid)
        .named(|| "read the environment".into())?;
        match fork()? {
            Clone::Parent(pid) => Ok(pid),
            Clone::Child => process::exit_now(self.become_it(&argv, &env, directory)),
        }
    }

    /// The pipes it writes to, as /proc shows them.
    pub(super) fn pipes(&self) -> Result<Vec<String>> {
        let outputs = self.stdio.iter().skip(1);
        outputs
            .map(|pipe| {
                fstat(pipe)
                    .map(|stat| format!("pipe:[{}]", stat.st_ino))
                    .named(|| "fstat(pipe)".into())
            })
            .collect()
    }

    /// Returns only with the exit code of a program that could not be run.
    fn become_it(&self, argv: &[CString], env: &[CString], directory: BorrowedFd<'_>) -> i32 {
        let Err(errno) = self
            .prepare(directory)
            .and_then(|()| self.execute(argv, env));
        let name = self.argv.first().map_or("", String::as_str);
        let (reason, code) = match errno {
            Errno::ENOENT => ("not found", NOT_FOUND),
            Errno::EACCES => ("permission denied", NOT_RUNNABLE),
            other => (other.desc(), NOT_RUNNABLE),
        };
        // Nobody reads it when this fails.
        let _ = writeln!(std::io::stderr(), "{name}: {reason}");
        code
    }

    fn prepare(&self, directory: BorrowedFd<'_>) -> nix::Result<()> {
        setsid()?;
        fchdir(directory)?;
        let [input, output, ..] = self.stdio.as_slice() else {
            return Err(Errno::EBADF);
        };
        let error = self.stdio.get(2).unwrap_or(output);
        if self.in_terminal {
            terminal::take_control(input.as_fd())?;
        }
        dup2_stdin(input.as_fd())?;
        dup2_stdout(output.as_fd())?;
        dup2_stderr(error.as_fd())?;
        limit_open_files()?;
        // Rust ignores this one; other programs don't expect that.
        let _ = process::reset_signal(Signal::SIGPIPE);
        let _ = process::set_signal_mask(&SigSet::all(), SigmaskHow::SIG_UNBLOCK);
        Ok(())
    }

    /// Tries each directory of the PATH, as a shell does.
    fn execute(&self, argv: &[CString], env: &[CString]) -> nix::Result<Infallible> {
        let name = self.argv.first().ok_or(Errno::ENOENT)?;
        if name.contains('/') {
            return execute_file(name, argv, env);
        }
        let path = self.env.iter().rev().find(|(name, _)| name == "PATH");
        let mut failure = Errno::ENOENT;
        for directory in path.map_or("", |(_, value)| value).split(':') {
            let Err(errno) = execute_file(&format!("{directory}/{name}"), argv, env);
            if !matches!(errno, Errno::ENOENT | Errno::ENOTDIR) {
                failure = errno;
            }
        }
        Err(failure)
    }
}

/// Less than init and the server have: the kernel lets whoever sends descriptors have as many on their way, those
/// of all boxes counted together, and what boxes leave there must not keep these two from sending.
fn limit_open_files() -> nix::Result<()> {
    let (_, most) = getrlimit(Resource::RLIMIT_NOFILE)?;
    let most = OPEN_FILES.min(most / 2);
    setrlimit(Resource::RLIMIT_NOFILE, most, most)
}

fn execute_file(file: &str, argv: &[CString], env: &[CString]) -> nix::Result<Infallible> {
    let path = CString::new(file).map_err(|_| Errno::EINVAL)?;
    match execve(&path, argv, env) {
        // A script that names no interpreter is the shell's.
        Err(Errno::ENOEXEC) => {
            let mut arguments = vec![c"sh".to_owned(), path];
            arguments.extend(argv.iter().skip(1).cloned());
            execve(c"/bin/sh", &arguments, env)
        }
        result => result,
    }
}

fn c_strings(strings: impl Iterator<Item = String>) -> std::result::Result<Vec<CString>, NulError> {
    strings.map(CString::new).collect()
}
