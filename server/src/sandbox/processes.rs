//! The processes of a sandbox, as its own /proc shows them.

use std::collections::{BTreeSet, HashSet};
use std::ffi::OsStr;
use std::fs;
use std::os::unix::ffi::OsStrExt;
use std::path::{Path, PathBuf};
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

/// The longest that a command's processes may take to stand still before they are killed as they are: one that
/// waits for a disk stops late.
const HOLD_LIMIT: Duration = Duration::from_millis(500);

/// The longest that stopping the processes may take.
const FREEZE_LIMIT: Duration = Duration::from_secs(2);
const FREEZE_PAUSE: Duration = Duration::from_micros(200);

struct Process {
    pid: i32,
    parent: i32,
    session: i32,
    /// States of its living threads, as letters of proc(5): the first may have ended before others.
    threads: Vec<u8>,
}

impl Process {
    /// Whether it belongs to this session, or is about to begin it.
    fn is_of(&self, session: Pid) -> bool {
        self.session == session.as_raw() || self.pid == session.as_raw()
    }

    fn is_stopped(&self) -> bool {
        self.threads
            .iter()
            .all(|state| matches!(state, b'T' | b't'))
    }

    /// As a process is that waits for its child to begin another program, vfork(2).
    fn is_blocked(&self) -> bool {
        self.threads.contains(&b'D')
    }
}

/// Processes that stand still, and which of them had been stopped by the box itself.
#[derive(Debug, Default)]
pub(super) struct Frozen {
    stopped_before: HashSet<i32>,
}

/// How many there are besides the first, the dead not counted.
pub(super) fn count() -> usize {
    list().count()
}

/// Whether there is none besides the first. One call instead of a walk, for the common case that not
/// even a dead one is left.
pub(super) fn none() -> bool {
    kill(Pid::from_raw(-1), None) == Err(Errno::ESRCH) || count() == 0
}

/// Kills every process of a session and everything these have started, in whatever session.
///
/// What had lost its parent before, as a daemon does on purpose, is no longer told from others.
pub(super) fn kill_tree(session: Pid) {
    let mut tree = HashSet::new();
    hold_still(&mut tree, session);
    for _ in 0..ROUNDS {
        let living = living_in(&mut tree, session);
        if living.is_empty() {
            return;
        }
        signal_each(living.iter().map(|process| process.pid), Signal::SIGKILL);
    }
}

/// Stops the processes of a session and all that these have started, and adds them to `tree`.
///
/// None may die before: a child of one that died, which then begins a session of its own, would belong to
/// nothing. One that was told to stop still ends the call that makes a child.
fn hold_still(tree: &mut HashSet<i32>, session: Pid) {
    let started = Instant::now();
    let mut held = HashSet::new();
    while started.elapsed() < HOLD_LIMIT {
        let living = living_in(tree, session);
        let free = living.iter().map(|process| process.pid);
        let free: Vec<i32> = free.filter(|pid| held.insert(*pid)).collect();
        if free.is_empty() && all_stand_still(&living) {
            return;
        }
        if free.is_empty() {
            sleep(FREEZE_PAUSE);
        }
        signal_each(free, Signal::SIGSTOP);
    }
}

/// Whether none can make another: a process that waits for its child to begin another program has that child.
fn all_stand_still(processes: &[Process]) -> bool {
    let stopped = processes.iter().filter(|process| process.is_stopped());
    let parents: HashSet<i32> = stopped.map(|process| process.parent).collect();
    processes.iter().all(|process| {
        process.is_stopped() || process.is_blocked() && parents.contains(&process.pid)
    })
}

/// The processes of a session and what these have started, all of which were added to `tree`, that live.
fn living_in(tree: &mut HashSet<i32>, session: Pid) -> Vec<Process> {
    let mut processes: Vec<Process> = list().collect();
    let mut known = usize::MAX;
    while known != tree.len() {
        known = tree.len();
        // A child may be listed before its parent.
        let belongs = processes
            .iter()
            .filter(|process| process.is_of(session) || tree.contains(&process.parent));
        let belongs: Vec<i32> = belongs.map(|process| process.pid).collect();
        tree.extend(belongs);
    }
    processes.retain(|process| tree.contains(&process.pid));
    processes
}

fn signal_each(pids: impl IntoIterator<Item = i32>, signal: Signal) {
    for pid in pids {
        // One that has just ended needs no signal.
        let _ = kill(Pid::from_raw(pid), signal);
    }
}

/// Sends a signal to every process of a session.
pub(super) fn signal_session(session: Pid, signal: Signal) {
    let of_session = list().filter(|process| process.is_of(session));
    signal_each(of_session.map(|process| process.pid), signal);
}

/// Kills every process that has one of these open, named as in `/proc/…/fd`.
pub(super) fn kill_holders(links: &[String]) {
    kill_all(|process| {
        let descriptors = fs::read_dir(format!("/proc/{}/fd", process.pid));
        descriptors
            .into_iter()
            .flatten()
            .flatten()
            .any(|descriptor| {
                let target = fs::read_link(descriptor.path()).unwrap_or_default();
                let target = target.to_string_lossy();
                // A terminal is shown like this once its other end is closed.
                let name = target.strip_suffix(" (deleted)").unwrap_or(&target);
                links.iter().any(|link| link == name)
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
///
/// A program that starts another one blocks until that has begun, and no signal stops it before. When
/// the new one was stopped first it gets a little time; the next round stops both.
pub(super) fn freeze() -> Result<Frozen> {
    let started = Instant::now();
    let stopped_before = list().filter(Process::is_stopped);
    let frozen = Frozen {
        stopped_before: stopped_before.map(|process| process.pid).collect(),
    };
    loop {
        match kill(Pid::from_raw(-1), Signal::SIGSTOP) {
            Ok(()) | Err(Errno::ESRCH) => {}
            failed => failed.named(|| "kill(-1, SIGSTOP)".into())?,
        }
        let processes: Vec<Process> = list().collect();
        if processes.iter().all(Process::is_stopped) {
            return Ok(frozen);
        }
        if started.elapsed() > FREEZE_LIMIT {
            thaw(&frozen);
            return Err(Errno::ETIMEDOUT).named(|| "stop the box's processes".into());
        }
        let blocked = processes.iter().filter(|process| process.is_blocked());
        let blocked: HashSet<i32> = blocked.map(|process| process.pid).collect();
        for process in &processes {
            if process.is_stopped() && blocked.contains(&process.parent) {
                go_on(process, &frozen);
            }
        }
        sleep(FREEZE_PAUSE);
    }
}

/// The files of the box that processes have mapped so that they can write to them together. For one
/// whose name is no text it is the directory above it.
pub(super) fn shared_mappings() -> Vec<PathBuf> {
    let mut paths = BTreeSet::new();
    for process in list() {
        // One that has just ended maps nothing.
        let maps = fs::read(format!("/proc/{}/maps", process.pid)).unwrap_or_default();
        for line in maps.split(|byte| *byte == b'\n') {
            // address, permissions, offset, device, inode, path
            let mut fields = line.splitn(6, |byte| *byte == b' ');
            let is_shared = fields
                .nth(1)
                .is_some_and(|mode| mode.contains(&b'w') && mode.ends_with(b"s"));
            let path = fields.nth(3).map(<[u8]>::trim_ascii_start);
            if let (true, Some(path)) = (is_shared, path.filter(|path| path.starts_with(b"/"))) {
                paths.insert(as_text(path));
            }
        }
    }
    paths.into_iter().collect()
}

/// The same in so many bytes of JSON: directories stand for what is in them, where there are too many.
pub(super) fn at_most(mut paths: Vec<PathBuf>, bytes: usize) -> Vec<PathBuf> {
    // Each letter may be escaped by six.
    let length = |path: &PathBuf| 6 * path.as_os_str().len() + 3;
    while paths.iter().map(length).sum::<usize>() > bytes {
        let deepest = paths.iter().map(|path| path.components().count()).max();
        let shorter = paths.iter().map(|path| match path.parent() {
            Some(parent) if Some(path.components().count()) == deepest => parent.to_path_buf(),
            _ => path.clone(),
        });
        paths = shorter.collect::<BTreeSet<_>>().into_iter().collect();
    }
    paths
}

/// The longest beginning of a path that can be sent as text. The kernel shows line breaks as `\012`,
/// and nothing tells these from the same four characters.
fn as_text(path: &[u8]) -> PathBuf {
    let path = Path::new(OsStr::from_bytes(path));
    let is_text = |path: &&Path| path.to_str().is_some_and(|text| !text.contains("\\012"));
    path.ancestors().find(is_text).unwrap_or(path).to_path_buf()
}

/// Lets every process go on that the box had not stopped itself.
pub(super) fn thaw(frozen: &Frozen) {
    for process in list() {
        go_on(&process, frozen);
    }
}

fn go_on(process: &Process, frozen: &Frozen) {
    if !frozen.stopped_before.contains(&process.pid) {
        // One that has just ended needs nothing.
        let _ = kill(Pid::from_raw(process.pid), Signal::SIGCONT);
    }
}

/// Every process besides the first, the dead left out.
fn list() -> impl Iterator<Item = Process> {
    numbers_in("/proc")
        .filter(|pid| *pid != INIT)
        .filter_map(read)
}

fn read(pid: i32) -> Option<Process> {
    let (_, parent, session) = stat(&format!("/proc/{pid}/stat"))?;
    let tasks = format!("/proc/{pid}/task");
    let threads = numbers_in(&tasks).filter_map(|id| stat(&format!("{tasks}/{id}/stat")));
    let threads = threads.map(|(state, ..)| state);
    let threads: Vec<u8> = threads
        .filter(|state| !matches!(state, b'Z' | b'X'))
        .collect();
    (!threads.is_empty()).then_some(Process {
        pid,
        parent,
        session,
        threads,
    })
}

/// State, parent and session.
fn stat(path: &str) -> Option<(u8, i32, i32)> {
    let stat = fs::read(path).ok()?;
    // The name in parentheses may hold anything, parentheses included.
    let stat = String::from_utf8_lossy(&stat);
    let (_, fields) = stat.rsplit_once(')')?;
    let mut fields = fields.split_ascii_whitespace();
    let state = *fields.next()?.as_bytes().first()?;
    let parent = fields.next()?.parse().ok()?;
    // After the parent: process group, session.
    let session = fields.nth(1)?.parse().ok()?;
    Some((state, parent, session))
}

fn numbers_in(directory: &str) -> impl Iterator<Item = i32> {
    fs::read_dir(directory)
        .into_iter()
        .flatten()
        .filter_map(|entry| entry.ok()?.file_name().to_str()?.parse().ok())
}
