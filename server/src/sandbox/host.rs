//! What the host offers to sandboxes, found out once when the server starts.

use std::io::Read;
use std::os::fd::{AsFd, OwnedFd};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use nix::unistd::Pid;

use super::cgroup::Cgroup;
use super::cgroups::Cgroups;
use super::zygote::Zygote;
use super::{Limits, SandboxError};
use crate::linux::id_map::{IdMap, user_namespace_of};
use crate::linux::{self, mount};

/// How often, and after what pause, the control groups are tried to be removed.
const REMOVAL_ROUNDS: u32 = 40;
const REMOVAL_PAUSE: Duration = Duration::from_millis(5);

/// How sandboxes are started on this machine by this user.
#[derive(Debug)]
pub struct SandboxHost {
    zygote: Zygote,
    id_map: IdMap,
    /// A namespace with the boxes' users, kept to map the owners of the host's files.
    user_namespace: Option<OwnedFd>,
    /// Where this user may make control groups.
    cgroups: Option<Arc<Cgroups>>,
}

impl SandboxHost {
    /// Looks the machine over. `launcher` is the box-server binary.
    ///
    /// # Errors
    /// When the launcher can't be started or may not make a user namespace.
    pub fn prepare(launcher: &Path) -> Result<Self, SandboxError> {
        let id_map = IdMap::of_this_process();
        let mut host = Self {
            zygote: Zygote::new(launcher),
            id_map,
            user_namespace: None,
            cgroups: Cgroups::find(),
        };
        if id_map == IdMap::Range {
            host.user_namespace = Some(make_user_namespace(launcher, id_map)?);
            // Some filesystems can't map owners; the host's files then belong to nobody.
            if host.mapped_mount(Path::new("/usr")).is_err() {
                tracing::warn!("the host's files will belong to nobody: /usr can't be id-mapped");
                host.user_namespace = None;
            }
        }
        Ok(host)
    }

    /// How a box's users map to the host's.
    pub fn id_map(&self) -> IdMap {
        self.id_map
    }

    /// Whether the host's files can be shown as the box's own.
    pub fn maps_owners(&self) -> bool {
        self.user_namespace.is_some()
    }

    /// Whether sandboxes have control groups.
    pub fn has_cgroups(&self) -> bool {
        self.cgroups.is_some()
    }

    /// Whether these limit a box as a whole.
    pub fn limits_whole_boxes(&self) -> bool {
        self.cgroups
            .as_ref()
            .is_some_and(|groups| groups.has_limits())
    }

    /// Removes the control groups, after the last sandbox was stopped. What is left when its first
    /// process takes long to go is removed by the next server.
    pub async fn remove_cgroups(&self) {
        let Some(groups) = &self.cgroups else { return };
        for _ in 0..REMOVAL_ROUNDS {
            if groups.remove() {
                return;
            }
            tokio::time::sleep(REMOVAL_PAUSE).await;
        }
    }

    /// A control group for one sandbox, where there can be one.
    pub(super) fn cgroup(&self, limits: Limits) -> Option<Cgroup> {
        let groups = self.cgroups.as_ref()?;
        groups
            .take(limits)
            .inspect_err(|error| tracing::warn!(%error, "a box has no control group"))
            .ok()
    }

    /// The box-server binary.
    pub(crate) fn program(&self) -> &Path {
        self.zygote.program()
    }

    pub(super) fn zygote(&self) -> &Zygote {
        &self.zygote
    }

    /// The host's directory as a mount whose owners are the box's; `None` where that can't be.
    pub(super) fn mapped(&self, path: &Path) -> Result<Option<OwnedFd>, SandboxError> {
        if self.user_namespace.is_none() {
            return Ok(None);
        }
        self.mapped_mount(path)
            .map(Some)
            .map_err(|source| SandboxError::Setup {
                step: "map the host's files".into(),
                source,
            })
    }

    fn mapped_mount(&self, path: &Path) -> linux::Result<OwnedFd> {
        let tree = mount::copy_of(path)?;
        if let Some(namespace) = &self.user_namespace {
            mount::map_owners(tree.as_fd(), namespace.as_fd())?;
        }
        Ok(tree)
    }
}

fn make_user_namespace(launcher: &Path, id_map: IdMap) -> Result<OwnedFd, SandboxError> {
    let mut holder = Command::new(launcher)
        .args(["sandbox", "hold-user-namespace"])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(SandboxError::Launcher)?;
    let mut ready = [0];
    let held = holder
        .stdout
        .take()
        .ok_or(std::io::ErrorKind::BrokenPipe.into());
    let held = held.and_then(|mut stdout| stdout.read_exact(&mut ready));
    let namespace = held.map_err(SandboxError::Launcher).and_then(|()| {
        let pid = Pid::from_raw(holder.id().cast_signed());
        id_map
            .write_for(pid)
            .and_then(|()| user_namespace_of(pid))
            .map_err(|source| SandboxError::Setup {
                step: "make a user namespace".into(),
                source,
            })
    });
    // It ends when its standard input closes; waiting collects it.
    drop(holder.stdin.take());
    holder.wait().map_err(SandboxError::Launcher)?;
    namespace
}
