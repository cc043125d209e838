//! The control group of one sandbox: holds the box still, ends it, limits it.
//!
//! Files of the kernel that take a word each; nothing here waits for longer than a box takes to stand.

use std::fs;
use std::io;
use std::os::fd::OwnedFd;
use std::path::PathBuf;
use std::sync::Arc;
use std::thread::sleep;
use std::time::{Duration, Instant};

use super::Limits;
use super::cgroups::Cgroups;
use crate::linux::{self, open};

/// The longest that holding a box still may take.
const FREEZE_LIMIT: Duration = Duration::from_secs(2);
const FREEZE_PAUSE: Duration = Duration::from_micros(50);

/// The span for which processor time is counted, in microseconds.
const CPU_PERIOD_US: u64 = 100_000;

/// A group that one sandbox has. The next one gets it once it is empty.
#[derive(Debug)]
pub(super) struct Cgroup {
    all: Arc<Cgroups>,
    directory: PathBuf,
}

impl Cgroup {
    pub(super) fn new(all: Arc<Cgroups>, directory: PathBuf) -> Self {
        Self { all, directory }
    }

    /// For the launcher, which makes the first process in it.
    pub(super) fn handle(&self) -> linux::Result<OwnedFd> {
        open::directory_handle(&self.directory)
    }

    /// Limits all processes of the sandbox together.
    pub(super) fn limit(&self, limits: Limits) -> io::Result<()> {
        self.write("memory.max", &limits.memory_bytes.to_string())?;
        self.write("pids.max", &limits.processes.to_string())?;
        let quota = u64::from(limits.processors) * CPU_PERIOD_US;
        self.write("cpu.max", &format!("{quota} {CPU_PERIOD_US}"))?;
        // Absent where the kernel does not count what is swapped out.
        let _ = self.write("memory.swap.max", "0");
        Ok(())
    }

    /// Takes the sandbox's first process, which is the child of `launcher`, out of what will be held still.
    /// The kernel takes 10 ms or more for that, mostly waiting, so it is done while the box still runs. The
    /// first process must not be asked to begin anything until the [thaw](Self::thaw).
    pub(super) fn set_first_aside(&self, launcher: u32) -> io::Result<()> {
        let first = self.first_process(launcher)?;
        fs::write(self.all.outside().join("cgroup.procs"), first.to_string())
    }

    /// Holds every process still but the sandbox's first, which was set aside; since when. Unlike a
    /// signal it is seen by nobody in the box, and nobody there can end it.
    pub(super) fn freeze(&self, launcher: u32) -> io::Result<Instant> {
        let started = Instant::now();
        let held = self
            .write("cgroup.freeze", "1")
            .and_then(|()| self.wait(started));
        if let Err(error) = held {
            self.thaw(launcher)?;
            return Err(error);
        }
        Ok(started)
    }

    /// Lets them go on, if they stood still, and takes the first process back; since when.
    pub(super) fn thaw(&self, launcher: u32) -> io::Result<Instant> {
        self.write("cgroup.freeze", "0")?;
        let thawed = Instant::now();
        // Its children are born where it is.
        if let Some(first) = child_in(&self.all.outside().join("cgroup.procs"), launcher)? {
            self.write("cgroup.procs", &first.to_string())?;
        }
        Ok(thawed)
    }

    /// Kills everything in it, the sandbox's first process included.
    pub(super) fn kill(&self) -> io::Result<()> {
        self.write("cgroup.kill", "1")
    }

    fn wait(&self, started: Instant) -> io::Result<()> {
        let events = self.directory.join("cgroup.events");
        while !fs::read_to_string(&events)?.contains("frozen 1") {
            if started.elapsed() > FREEZE_LIMIT {
                return Err(io::ErrorKind::TimedOut.into());
            }
            sleep(FREEZE_PAUSE);
        }
        Ok(())
    }

    fn first_process(&self, launcher: u32) -> io::Result<i32> {
        let found = child_in(&self.directory.join("cgroup.procs"), launcher)?;
        found.ok_or_else(|| io::ErrorKind::NotFound.into())
    }

    fn write(&self, file: &str, word: &str) -> io::Result<()> {
        fs::write(self.directory.join(file), word)
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        self.all.give_back(std::mem::take(&mut self.directory));
    }
}

/// The process of a group whose parent is `parent`.
fn child_in(processes: &std::path::Path, parent: u32) -> io::Result<Option<i32>> {
    let listed = fs::read_to_string(processes)?;
    let mut pids = listed.lines().filter_map(|line| line.parse().ok());
    Ok(pids.find(|pid: &i32| parent_of(*pid) == Some(parent)))
}

fn parent_of(pid: i32) -> Option<u32> {
    let stat = fs::read(format!("/proc/{pid}/stat")).ok()?;
    // The name in parentheses may hold anything, parentheses included.
    let stat = String::from_utf8_lossy(&stat);
    let (_, fields) = stat.rsplit_once(')')?;
    fields.split_ascii_whitespace().nth(1)?.parse().ok()
}
