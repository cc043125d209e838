//! What this machine can do for boxes, for `box-server doctor`.

use std::fs;
use std::path::Path;

use nix::unistd::Uid;

use super::{Command, Limits, Sandbox, SandboxError, SandboxHost, SandboxSpec};
use crate::snapshots::{DiskChain, Image, LayerStore, Storage, StorageChoice};

/// One feature, looked for by using it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// What was looked for.
    pub feature: &'static str,
    /// `Ok`, or why it is not there.
    pub outcome: Result<(), String>,
    /// Whether boxes can't run at all without it.
    pub needed: bool,
    /// What is lost without it.
    pub lost_without: &'static str,
    /// How to get it.
    pub remedy: &'static str,
}

/// Programs that the host image is expected to have, and what needs them.
const PROGRAMS: [(&str, &str, &str); 4] = [
    (
        "git",
        "git.clone and the other git calls",
        "install the package git",
    ),
    (
        "node",
        "JavaScript in boxes of the host image",
        "install Node.js under /usr",
    ),
    (
        "npm",
        "npm install in boxes of the host image",
        "install npm under /usr",
    ),
    (
        "python3",
        "Python in boxes of the host image",
        "install the package python3",
    ),
];

const LIMITS: Limits = Limits {
    memory_bytes: 1 << 30,
    processes: 64,
    processors: 1,
};

/// Looks for everything, in a scratch directory under `data`. `launcher` is the box-server binary.
pub async fn findings(launcher: &Path, data: &Path) -> Vec<Finding> {
    let host = SandboxHost::prepare(launcher);
    let mut findings = vec![Finding {
        feature: "user namespaces",
        outcome: host.as_ref().map(drop).map_err(ToString::to_string),
        needed: true,
        lost_without: "boxes can't be isolated, so none is started",
        remedy: "sysctl user.max_user_namespaces=65536, and on Ubuntu also \
                 kernel.apparmor_restrict_unprivileged_userns=0",
    }];
    if let Ok(host) = &host {
        findings.push(sandbox(host, data).await);
        findings.push(mapped_owners(host));
        findings.push(owners_of_images());
        findings.extend(control_groups(host));
    }
    findings.push(storage(data));
    findings.extend(PROGRAMS.map(|(program, lost_without, remedy)| Finding {
        feature: program,
        outcome: installed(program),
        needed: false,
        lost_without,
        remedy,
    }));
    findings
}

/// Builds a sandbox and runs a command in it: the proof of all that boxes need.
async fn sandbox(host: &SandboxHost, data: &Path) -> Finding {
    let scratch = data.join("doctor");
    let outcome = try_sandbox(host, &scratch).await;
    // What can't be removed is removed by the next run.
    let _ = fs::remove_dir_all(&scratch);
    Finding {
        feature: "overlayfs, /proc, seccomp and a network of its own in a namespace",
        outcome,
        needed: true,
        lost_without: "boxes can't be isolated, so none is started",
        remedy: "a kernel from 5.13 on, outside of a container that masks /proc, and a data \
                 directory on ext4, xfs, btrfs or tmpfs",
    }
}

async fn try_sandbox(host: &SandboxHost, scratch: &Path) -> Result<(), String> {
    let store = LayerStore::open(
        scratch,
        &Image::Host,
        Vec::new(),
        "",
        Storage::CopiedData,
        host,
    )
    .map_err(|error| error.to_string())?;
    let disk = store
        .disk("doctor", &DiskChain::default())
        .map_err(|error| error.to_string())?;
    let lock_file = store.lock_file("doctor");
    let spec = SandboxSpec {
        box_id: "doctor".into(),
        disk,
        lock_file,
        limits: LIMITS,
    };
    let sandbox = Sandbox::start(host, spec)
        .await
        .map_err(|error| error.to_string())?;
    let outcome = run_true(&sandbox).await.map_err(|error| error.to_string());
    sandbox.stop().await;
    match outcome? {
        0 => Ok(()),
        code => Err(format!("`true` ended with exit code {code}")),
    }
}

async fn run_true(sandbox: &Sandbox) -> Result<i32, SandboxError> {
    let command = Command {
        argv: vec!["true".into()],
        env: vec![("PATH".into(), "/usr/bin:/bin".into())],
        cwd: "/".into(),
        merge_stderr: true,
        stdin: Vec::new(),
    };
    Ok(sandbox.run(command).await?.wait().await?.code)
}

fn mapped_owners(host: &SandboxHost) -> Finding {
    let outcome = if host.maps_owners() {
        Ok(())
    } else if Uid::effective().is_root() {
        Err("the filesystem of /usr refuses it".into())
    } else {
        Err("the server is not root".into())
    };
    Finding {
        feature: "id-mapped mounts",
        outcome,
        needed: false,
        lost_without: "the host's programs belong to nobody in a box and can't be replaced there; \
                       /usr/local, /opt, npm and pip installs work all the same",
        remedy: "run the server as root, on a kernel whose filesystem of /usr supports it",
    }
}

/// Who owns the files of an OCI image; the rest of it needs no more than a box does.
fn owners_of_images() -> Finding {
    let outcome = match Uid::effective().is_root() {
        true => Ok(()),
        false => Err("the server is not root".into()),
    };
    Finding {
        feature: "OCI images whose files keep their owners",
        outcome,
        needed: false,
        lost_without: "with --image oci:… or a registry's image all files belong to the box's user; \
                       programs that want to be another user in the box can't",
        remedy: "run the server as root",
    }
}

fn control_groups(host: &SandboxHost) -> [Finding; 2] {
    let found = |is_there: bool, reason: &str| is_there.then_some(()).ok_or_else(|| reason.into());
    let remedy = "cgroup v2 with a group of the server's own: run it as root, or as a systemd service \
                  with Delegate=yes and DelegateSubgroup=server; and no cgroup v1 controllers";
    [
        Finding {
            feature: "control groups that hold a busy box still",
            outcome: found(
                host.has_cgroups(),
                "this user may make no group of cgroup v2",
            ),
            needed: false,
            lost_without: "a snapshot of a busy box stops its processes by signals, which their \
                           parents can see",
            remedy,
        },
        Finding {
            feature: "control groups that limit a whole box",
            outcome: found(
                host.limits_whole_boxes(),
                "the controllers memory, pids and cpu of cgroup v2 can't be had",
            ),
            needed: false,
            lost_without: "memory is limited for each process alone, processes for each user in the \
                           box (and, from Linux 6.14 on, for the box), and processor time not at all",
            remedy,
        },
    ]
}

/// What `--storage auto` chooses for the data directory.
fn storage(data: &Path) -> Finding {
    let (feature, outcome) = match Storage::choose(StorageChoice::Auto, data) {
        Ok(Storage::Subvolumes) => ("storage: btrfs subvolumes", Ok(())),
        Ok(Storage::SharedData) => ("storage: overlay, files copied by reflink", Ok(())),
        Ok(Storage::CopiedData) => (
            "storage: files that share data (overlay with plain copies is used)",
            Err("the data directory's filesystem has neither subvolumes nor reflinks".into()),
        ),
        Err(error) => ("storage", Err(error.to_string())),
    };
    Finding {
        feature,
        outcome,
        needed: false,
        lost_without: "a snapshot of a box with live processes copies the bytes of what it wrote \
                       since its last snapshot; idle boxes and restores are as fast as anywhere",
        remedy: "put the data directory on xfs (mkfs.xfs has reflink=1 by default) or btrfs",
    }
}

fn installed(program: &str) -> Result<(), String> {
    let places = ["/usr/local/bin", "/usr/bin", "/bin"];
    if places
        .iter()
        .any(|place| Path::new(place).join(program).exists())
    {
        return Ok(());
    }
    Err(format!("not in {}", places.join(", ")))
}
