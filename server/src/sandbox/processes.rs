//! The processes of a sandbox, as its own /proc shows them.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;
use std::thread::sleep;
use std::time::{Duration, Instant};

use nix::errno::Errno;
use nix::sys::signal::{Signal, kill};
use nix::unistd::Pid;

use crate::linux::{Named, Result};

/// Ourselves.
const INIT: i32 = 1;

/// A process that forks while it is being killed is found in the next round.
const ROUNDS: usize = 32;

/// The longest that stopping the processes may take.
const FREEZE_LIMIT: Duration = Duration::from_secs(2);

struct Process {
    pid: i32,
    /// One letter of proc(5).
    state: u8,
    session: i32,
}

/// How many there are besides the first, the dead not counted.
pub(super) fn count() -> usize {
    list().count()
}

/// Kills every process of a session.
pub(super) fn kill_session(session: Pid) {
    kill_all(|process| process.session == session.as_raw());
}

/// Kills every process that has one of these pipes open, by inode.
pub(super) fn kill_holders(pipes: &[u64]) {
    let links: Vec<String> = pipes
        .iter()
        .map(|inode| format!("pipe:[{inode}]"))
        .collect();
    kill_all(|process| {
        let descriptors = fs::read_dir(format!("/proc/{}/fd", process.pid));
        descriptors
            .into_iter()
            .flatten()
            .flatten()
            .any(|descriptor| {
                let target = fs::read_link(descriptor.path()).unwrap_or_default();
                links.iter().any(|link| target.as_os_str() == link.as_str())
            })
    });
}

fn kill_all(condemned: impl Fn(&Process) -> bool) {
    for _ in 0..ROUNDS {
        let mut found = false;
        for process in list().filter(&condemned) {
            found = true;
            // One that has just ended needs no killing.
            let _ = kill(Pid::from_raw(process.pid), Signal::SIGKILL);
        }
        if !found {
            return;
        }
    }
}

/// Stops every process where it stands.
pub(super) fn freeze() -> Result<()> {
    let started = Instant::now();
    loop {
        match kill(Pid::from_raw(-1), Signal::SIGSTOP) {
            Ok(()) | Err(Errno::ESRCH) => {}
            failed => failed.named(|| "kill(-1, SIGSTOP)".into())?,
        }
        if list().all(|process| matches!(process.state, b'T' | b't')) {
            return Ok(());
        }
        if started.elapsed() > FREEZE_LIMIT {
            thaw()?;
            return Err(Errno::ETIMEDOUT).named(|| "stop the box's processes".into());
        }
        sleep(Duration::from_micros(200));
    }
}

/// The files of the box that processes have mapped so that they can write to them together.
///
/// A name that is no text, or is gone from its directory, is left out: nobody else can name it.
pub(super) fn shared_mappings() -> Vec<PathBuf> {
    let mut paths = BTreeSet::new();
    for process in list() {
        // One that has just ended maps nothing.
        let maps = fs::read(format!("/proc/{}/maps", process.pid)).unwrap_or_default();
        for line in String::from_utf8_lossy(&maps).lines() {
            // address, permissions, offset, device, inode, path
            let mut fields = line.splitn(6, ' ');
            let is_shared = fields
                .nth(1)
                .is_some_and(|mode| mode.contains('w') && mode.ends_with('s'));
            let path = fields.nth(3).map(str::trim_start);
            if let (true, Some(path)) = (is_shared, path.filter(|path| path.starts_with('/'))) {
                paths.insert(PathBuf::from(path));
            }
        }
    }
    paths.into_iter().collect()
}

/// Lets every process go on.
pub(super) fn thaw() -> Result<()> {
    match kill(Pid::from_raw(-1), Signal::SIGCONT) {
        Ok(()) | Err(Errno::ESRCH) => Ok(()),
        failed => failed.named(|| "kill(-1, SIGCONT)".into()),
    }
}

fn list() -> impl Iterator<Item = Process> {
    fs::read_dir("/proc")
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
        .filter(|pid| *pid != INIT)
        .filter_map(read)
        .filter(|process| !matches!(process.state, b'Z' | b'X'))
}

fn read(pid: i32) -> Option<Process> {
    let stat = fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, parentheses included.
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = *fields.next()?.as_bytes().first()?;
    // After the state: parent, process group, session.
    let session = fields.nth(2)?.parse().ok()?;
    Some(Process {
        pid,
        state,
        session,
    })
}
