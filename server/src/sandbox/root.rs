//! Builds the file tree that a sandbox sees, step by step, and makes it the root.
//!
//! Runs in the sandbox's first process, before any code of the box.

use std::fs;
use std::os::fd::{AsFd, AsRawFd, OwnedFd};
use std::os::unix::fs::{DirBuilderExt, symlink};
use std::path::{Path, PathBuf};

use nix::mount::MsFlags;

use super::control::{Setup, SetupLower};
use super::launcher::{SetupError, Step};
use crate::linux::{Named, Result, mount, open};

/// Covered with a tmpfs of our own, in which the tree is put together.
const STAGE: &str = "/tmp";

/// Devices that programs expect; all are harmless and shared with the host.
const DEVICES: [&str; 6] = ["null", "zero", "full", "random", "urandom", "tty"];

/// Files of /proc and /sys that tell of the host or act on it.
const MASKED_FILES: [&str; 6] = [
    "proc/kcore",
    "proc/keys",
    "proc/timer_list",
    "proc/latency_stats",
    "proc/sysrq-trigger",
    "proc/kallsyms",
];

/// Directories of the same kind.
const MASKED_DIRECTORIES: [&str; 6] = [
    "proc/acpi",
    "proc/asound",
    "proc/scsi",
    "sys/firmware",
    "sys/kernel",
    "sys/fs",
];

/// Where a program's own descriptors are expected under /dev.
const DEVICE_LINKS: [(&str, &str); 5] = [
    ("/proc/self/fd", "fd"),
    ("/proc/self/fd/0", "stdin"),
    ("/proc/self/fd/1", "stdout"),
    ("/proc/self/fd/2", "stderr"),
    ("pts/ptmx", "ptmx"),
];

/// The directories that the overlays are made of, opened while they can be reached.
pub(super) struct Stage {
    overlays: Vec<Overlay>,
}

struct Overlay {
    target: PathBuf,
    lowers: Vec<StageLower>,
    upper: OwnedFd,
    work: OwnedFd,
}

enum StageLower {
    Directory(OwnedFd),
    /// A mount that must be attached before it can be used.
    Mount(OwnedFd),
}

impl Stage {
    pub(super) fn open(
        setup: &Setup,
        mounts: Vec<OwnedFd>,
    ) -> std::result::Result<Self, SetupError> {
        Self::open_all(setup, mounts).step("open the layers")
    }

    fn open_all(setup: &Setup, mounts: Vec<OwnedFd>) -> Result<Self> {
        let mut mounts: Vec<Option<OwnedFd>> = mounts.into_iter().map(Some).collect();
        let mut overlays = Vec::new();
        for overlay in &setup.mounts {
            let mut lowers = Vec::new();
            for lower in &overlay.lowers {
                lowers.push(match lower {
                    SetupLower::Directory(path) => {
                        StageLower::Directory(open::directory_handle(path)?)
                    }
                    SetupLower::Mount(number) => StageLower::Mount(
                        mounts
                            .get_mut(*number)
                            .and_then(Option::take)
                            .ok_or(nix::errno::Errno::EBADF)
                            .named(|| format!("take mount {number}"))?,
                    ),
                });
            }
            overlays.push(Overlay {
                target: overlay.target.clone(),
                lowers,
                upper: open::directory_handle(&overlay.upper)?,
                work: open::directory_handle(&overlay.work)?,
            });
        }
        Ok(Self { overlays })
    }
}

/// Puts the tree together, enters it and lets go of the host's.
///
/// `max_process_ids` bounds the processes of all users together.
pub(super) fn build_root(
    stage: Stage,
    max_process_ids: u64,
) -> std::result::Result<(), SetupError> {
    mount::detach_from_host_propagation().step("keep mounts to ourselves")?;
    mount::filesystem("tmpfs", Path::new(STAGE), MsFlags::empty(), "mode=0755")
        .step("make a place to build in")?;
    let root = Path::new(STAGE).join("root");
    make_directory(&root, 0o755).step("make a place for the root")?;
    for (number, overlay) in stage.overlays.into_iter().enumerate() {
        mount_overlay(number, overlay, &root).step("mount the box's disk")?;
    }
    mount_proc(&root).step("mount /proc")?;
    limit_process_ids(&root, max_process_ids);
    mount_devices(&root).step("fill /dev")?;
    mount_sys(&root);
    mask(&root).step("mask parts of /proc and /sys")?;
    enter(&root).step("enter the root")
}

fn mount_overlay(number: usize, overlay: Overlay, root: &Path) -> Result<()> {
    let mut lowers = Vec::new();
    // Kept open until the mount is made: the options name them by number.
    let mut handles = Vec::new();
    for (position, lower) in overlay.lowers.into_iter().enumerate() {
        let handle = match lower {
            StageLower::Directory(handle) => handle,
            StageLower::Mount(tree) => {
                let place = Path::new(STAGE).join(format!("lower-{number}-{position}"));
                make_directory(&place, 0o755)?;
                mount::attach(tree.as_fd(), &place)?;
                open::directory_handle(&place)?
            }
        };
        lowers.push(handle.as_raw_fd().to_string());
        handles.push(handle);
    }
    // Relative to the list of our own descriptors, so that hundreds of layers fit the one page
    // that options may take.
    nix::unistd::chdir("/proc/self/fd").named(|| "chdir(/proc/self/fd)".into())?;
    // volatile: no waiting for the disk; `snapshots` makes data durable in its own time.
    // userxattr: the marks that overlayfs keeps in attributes are ours to write without privileges.
    let options = format!(
        "lowerdir={},upperdir={},workdir={},userxattr,volatile",
        lowers.join(":"),
        overlay.upper.as_raw_fd(),
        overlay.work.as_raw_fd(),
    );
    let target = overlay.target.strip_prefix("/").unwrap_or(&overlay.target);
    mount::filesystem("overlay", &root.join(target), MsFlags::MS_NODEV, &options)
}

fn mount_proc(root: &Path) -> Result<()> {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    mount::filesystem("proc", &root.join("proc"), flags, "")
}

/// From Linux 6.14 on each pid namespace has a highest number of its own; before, the namespace's root
/// may not write the machine's. The box's root could write it too, so the file becomes read-only.
fn limit_process_ids(root: &Path, most: u64) {
    let file = root.join("proc/sys/kernel/pid_max");
    if fs::write(&file, most.to_string()).is_ok() {
        let _ = mount::bind(&file, &file).and_then(|()| mount::make_read_only(&file));
    }
}

fn mount_devices(root: &Path) -> Result<()> {
    let dev = root.join("dev");
    let quiet = MsFlags::MS_NOSUID | MsFlags::MS_NOEXEC;
    mount::filesystem("tmpfs", &dev, quiet, "mode=0755,size=64k")?;
    for device in DEVICES {
        let place = dev.join(device);
        fs::File::create(&place).named(|| format!("create({})", place.display()))?;
        mount::bind(&Path::new("/dev").join(device), &place)?;
    }
    for (target, name) in DEVICE_LINKS {
        let place = dev.join(name);
        symlink(target, &place).named(|| format!("symlink({})", place.display()))?;
    }
    make_directory(&dev.join("pts"), 0o755)?;
    mount::filesystem(
        "devpts",
        &dev.join("pts"),
        quiet,
        "newinstance,ptmxmode=0666,mode=620",
    )?;
    make_directory(&dev.join("shm"), 0o1777)?;
    let shared = quiet | MsFlags::MS_NODEV;
    mount::filesystem("tmpfs", &dev.join("shm"), shared, "mode=1777,size=256m")
}

/// Some programs look there for the number of processors. Where the kernel refuses it, for example
/// inside a container, the directory stays empty.
fn mount_sys(root: &Path) {
    let flags = MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC | MsFlags::MS_RDONLY;
    let _ = mount::filesystem("sysfs", &root.join("sys"), flags, "");
}

fn mask(root: &Path) -> Result<()> {
    for file in MASKED_FILES
        .iter()
        .map(|file| root.join(file))
        .filter(|file| file.exists())
    {
        mount::bind(&root.join("dev/null"), &file)?;
    }
    let flags = MsFlags::MS_RDONLY | MsFlags::MS_NOSUID | MsFlags::MS_NODEV | MsFlags::MS_NOEXEC;
    let mut places = MASKED_DIRECTORIES
        .iter()
        .map(|place| root.join(place))
        .filter(|place| place.is_dir());
    let Some(first) = places.next() else {
        return Ok(());
    };
    mount::filesystem("tmpfs", &first, flags, "mode=0555,size=4k")?;
    // The same one for all: a filesystem takes longer to make and to let go than to be shown once more.
    places.try_for_each(|place| mount::bind(&first, &place))
}

fn enter(root: &Path) -> Result<()> {
    nix::unistd::chdir(root).named(|| format!("chdir({})", root.display()))?;
    mount::pivot_root_in_place()?;
    // The host's tree lies on top of ours now; detaching it uncovers ours.
    mount::detach(Path::new("."))?;
    nix::unistd::chdir("/").named(|| "chdir(/)".into())
}

fn make_directory(path: &Path, mode: u32) -> Result<()> {
    fs::DirBuilder::new()
        .mode(mode)
        .create(path)
        .named(|| format!("mkdir({})", path.display()))
}
