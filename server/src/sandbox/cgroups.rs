//! Control groups, version 2, for sandboxes: found, made and used again.
//!
//! Where this user may make groups, each sandbox gets one. It holds a box still and ends it as a whole;
//! where the controllers can be had, it limits it as a whole. Where not, the sandbox has no group, and
//! signals and rlimits do as much as they can.
//!
//! ```text
//! <base>               `box-server-<process id>`, beside the server or at the top
//! <base>/outside       first processes of boxes that are held still: they go on answering
//! <base>/<number>      one sandbox, its first process included
//! ```
//!
//! Making a group takes longer than anything else about it, so one that is empty is used again.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::Limits;
use super::cgroup::Cgroup;

/// What limits a box as a whole.
const CONTROLLERS: [&str; 3] = ["memory", "pids", "cpu"];
const NAME: &str = "box-server-";

/// The groups of one server. They go with it.
#[derive(Debug)]
pub(super) struct Cgroups {
    base: PathBuf,
    has_limits: bool,
    /// Groups that a sandbox has had.
    used: Mutex<Vec<PathBuf>>,
    next: AtomicU64,
}

impl Cgroups {
    /// `None` where this user may not make groups.
    pub(super) fn find() -> Option<Arc<Self>> {
        let mount = mounted_at(&fs::read_to_string("/proc/self/mountinfo").ok()?)?;
        let groups = fs::read_to_string("/proc/self/cgroup").ok()?;
        let own = mount.join(own_group(&groups)?);
        let mut places = vec![own.clone()];
        places.extend(
            own.parent()
                .filter(|above| above.starts_with(&mount))
                .map(Path::to_path_buf),
        );
        places.push(mount);
        let mut best: Option<Self> = None;
        for place in places {
            // The groups of a place that is not chosen go at once.
            match Self::make_at(&place) {
                Some(made) if made.has_limits => return Some(Arc::new(made)),
                made => best = best.or(made),
            }
        }
        best.map(Arc::new)
    }

    fn make_at(place: &Path) -> Option<Self> {
        remove_those_of_ended_servers(place);
        let base = place.join(format!("{NAME}{}", std::process::id()));
        fs::create_dir(&base).ok()?;
        let mut made = Self {
            has_limits: false,
            used: Mutex::default(),
            next: AtomicU64::new(0),
            base,
        };
        made.has_limits = CONTROLLERS.iter().all(|controller| {
            enable(place, controller).is_ok() && enable(&made.base, controller).is_ok()
        });
        fs::create_dir(made.outside()).ok()?;
        made.outside()
            .join("cgroup.freeze")
            .exists()
            .then_some(made)
    }

    /// Whether a box is limited as a whole.
    pub(super) fn has_limits(&self) -> bool {
        self.has_limits
    }

    /// An empty group for one sandbox.
    pub(super) fn take(self: &Arc<Self>, limits: Limits) -> io::Result<Cgroup> {
        let again = {
            let mut used = self.used();
            let empty = used.iter().position(|group| is_empty(group));
            empty.map(|position| used.swap_remove(position))
        };
        let directory = match again {
            Some(directory) => directory,
            None => {
                let number = self.next.fetch_add(1, Ordering::Relaxed);
                let directory = self.base.join(number.to_string());
                fs::create_dir(&directory)?;
                directory
            }
        };
        let group = Cgroup::new(Arc::clone(self), directory);
        if self.has_limits {
            group.limit(limits)?;
        }
        Ok(group)
    }

    pub(super) fn give_back(&self, directory: PathBuf) {
        self.used().push(directory);
    }

    /// Removes every group once it is empty; `false` when one is not yet.
    pub(super) fn remove(&self) -> bool {
        remove(&self.base);
        !self.base.exists()
    }

    /// The group of first processes while their boxes are held still.
    pub(super) fn outside(&self) -> PathBuf {
        self.base.join("outside")
    }

    fn used(&self) -> MutexGuard<'_, Vec<PathBuf>> {
        self.used.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Drop for Cgroups {
    fn drop(&mut self) {
        remove(&self.base);
    }
}

fn enable(group: &Path, controller: &str) -> io::Result<()> {
    fs::write(
        group.join("cgroup.subtree_control"),
        format!("+{controller}"),
    )
}

fn is_empty(group: &Path) -> bool {
    let events = fs::read_to_string(group.join("cgroup.events"));
    events.is_ok_and(|events| events.lines().any(|line| line == "populated 0"))
}

/// Groups that still have a process stay, for a later server to remove.
fn remove(base: &Path) {
    for entry in fs::read_dir(base).into_iter().flatten().flatten() {
        if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
            let _ = fs::remove_dir(entry.path());
        }
    }
    let _ = fs::remove_dir(base);
}

fn remove_those_of_ended_servers(place: &Path) {
    for entry in fs::read_dir(place).into_iter().flatten().flatten() {
        let name = entry.file_name();
        let server = name.to_str().and_then(|name| name.strip_prefix(NAME));
        let is_number = |text: &&str| text.bytes().all(|byte| byte.is_ascii_digit());
        if let Some(server) = server.filter(is_number)
            && !Path::new("/proc").join(server).exists()
        {
            remove(&entry.path());
        }
    }
}

/// Where a hierarchy of version 2 is mounted, from the text of /proc/self/mountinfo.
fn mounted_at(mounts: &str) -> Option<PathBuf> {
    let line = mounts.lines().find(|line| line.contains(" - cgroup2 "))?;
    line.split(' ').nth(4).map(PathBuf::from)
}

/// The group of this process, relative to the mount, from the text of /proc/self/cgroup.
fn own_group(groups: &str) -> Option<&str> {
    let line = groups.lines().find_map(|line| line.strip_prefix("0::"))?;
    line.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hierarchy_and_the_place_in_it_are_found_on_unified_and_hybrid_machines() {
        let hybrid = "30 25 0:26 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n\
             31 25 0:27 / /sys/fs/cgroup/unified rw,relatime - cgroup2 cgroup2 rw\n";
        assert_eq!(mounted_at(hybrid), Some("/sys/fs/cgroup/unified".into()));
        let unified = "29 23 0:26 / /sys/fs/cgroup rw,nosuid shared:9 - cgroup2 cgroup2 rw\n";
        assert_eq!(mounted_at(unified), Some("/sys/fs/cgroup".into()));
        assert_eq!(mounted_at("21 1 8:1 / / rw - ext4 /dev/sda1 rw\n"), None);
        let groups = "4:memory:/x\n0::/system.slice/box.service\n";
        assert_eq!(own_group(groups), Some("system.slice/box.service"));
        assert_eq!(own_group("0::/\n"), Some(""));
        assert_eq!(own_group("4:memory:/x\n"), None);
    }
}
