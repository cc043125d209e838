//! Which users of the host the users of a namespace are.

use std::fs;
use std::os::fd::OwnedFd;

use nix::unistd::{Gid, Pid, Uid};

use super::{Named, Result};

/// The first host user of the range that boxes use when the server is root.
const FIRST_HOST_ID: u32 = 0x7000_0000;

/// How many users a box has when the server is root.
const RANGE: u32 = 65536;

/// How a box's users map to the host's.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum IdMap {
    /// A range of its own: the server is root.
    Range,
    /// The box's root is the user who runs the server, and there is nobody else.
    OneUser,
}

impl IdMap {
    /// The map that this process may write.
    pub fn of_this_process() -> Self {
        if Uid::effective().is_root() {
            Self::Range
        } else {
            Self::OneUser
        }
    }

    /// The host user that owns what the box's root owns.
    pub fn root_owner(self) -> u32 {
        match self {
            Self::Range => FIRST_HOST_ID,
            Self::OneUser => Uid::effective().as_raw(),
        }
    }

    fn lines(self) -> (String, String) {
        match self {
            Self::Range => {
                let line = format!("0 {FIRST_HOST_ID} {RANGE}\n");
                (line.clone(), line)
            }
            Self::OneUser => (
                format!("0 {} 1\n", Uid::effective()),
                format!("0 {} 1\n", Gid::effective()),
            ),
        }
    }

    /// Writes the maps of the user namespace that `pid` is in.
    pub(crate) fn write_for(self, pid: Pid) -> Result<()> {
        let (users, groups) = self.lines();
        if self == Self::OneUser {
            // The kernel takes an unprivileged group map only after this.
            write(pid, "setgroups", "deny")?;
        }
        write(pid, "uid_map", &users)?;
        write(pid, "gid_map", &groups)
    }
}

/// Keeps this process the user that it was, in the user namespace that it has just entered: there it has all
/// rights over what belongs to that user and group.
pub(crate) fn keep_own_user(user: Uid, group: Gid) -> Result<()> {
    let own = Pid::this();
    write(own, "setgroups", "deny")?;
    write(own, "uid_map", &format!("{user} {user} 1\n"))?;
    write(own, "gid_map", &format!("{group} {group} 1\n"))
}

fn write(pid: Pid, file: &str, content: &str) -> Result<()> {
    let path = format!("/proc/{pid}/{file}");
    fs::write(&path, content).named(|| format!("write({path})"))
}

/// The user namespace that `pid` is in.
pub(crate) fn user_namespace_of(pid: Pid) -> Result<OwnedFd> {
    let path = format!("/proc/{pid}/ns/user");
    fs::File::open(&path)
        .map(OwnedFd::from)
        .named(|| format!("open({path})"))
}
