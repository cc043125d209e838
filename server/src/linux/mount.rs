//! Mounting.

use std::ffi::CString;
use std::os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd};
use std::path::Path;

use nix::libc;
use nix::mount::{MntFlags, MsFlags};

use super::{Named, Result, check};

const NONE: Option<&str> = None;

/// Stops mounts made here from reaching other namespaces, and the reverse.
pub(crate) fn detach_from_host_propagation() -> Result<()> {
    nix::mount::mount(NONE, "/", NONE, MsFlags::MS_REC | MsFlags::MS_PRIVATE, NONE)
        .named(|| "mount(/, private)".into())
}

/// Mounts a filesystem of `kind`, with its own `options`.
pub(crate) fn filesystem(kind: &str, target: &Path, flags: MsFlags, options: &str) -> Result<()> {
    nix::mount::mount(Some(kind), target, Some(kind), flags, Some(options))
        .named(|| format!("mount({kind}, {}, {options})", target.display()))
}

/// Shows `source` at `target` too.
pub(crate) fn bind(source: &Path, target: &Path) -> Result<()> {
    nix::mount::mount(Some(source), target, NONE, MsFlags::MS_BIND, NONE)
        .named(|| format!("mount({}, {}, bind)", source.display(), target.display()))
}

/// Makes what [`bind`] has shown at `target` read-only there.
pub(crate) fn make_read_only(target: &Path) -> Result<()> {
    let flags = MsFlags::MS_BIND
        | MsFlags::MS_REMOUNT
        | MsFlags::MS_RDONLY
        | MsFlags::MS_NOSUID
        | MsFlags::MS_NODEV
        | MsFlags::MS_NOEXEC;
    nix::mount::mount(NONE, target, NONE, flags, NONE)
        .named(|| format!("mount({}, read-only)", target.display()))
}

/// Makes `new_root` the root; the old one is stacked on top of it at `/`, to be detached next.
pub(crate) fn pivot_root_in_place() -> Result<()> {
    nix::unistd::pivot_root(".", ".").named(|| "pivot_root(., .)".into())
}

/// Detaches what is mounted at `target`; its resources go when the last user does.
pub(crate) fn detach(target: &Path) -> Result<()> {
    nix::mount::umount2(target, MntFlags::MNT_DETACH)
        .named(|| format!("umount2({}, detach)", target.display()))
}

/// A copy of the mount at `source`, attached nowhere yet.
pub(crate) fn copy_of(source: &Path) -> Result<OwnedFd> {
    let call = || format!("open_tree({}, clone)", source.display());
    let path = c_path(source, call)?;
    // SAFETY: `path` is a C string that outlives the call.
    let fd = unsafe {
        libc::syscall(
            libc::SYS_open_tree,
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::OPEN_TREE_CLONE | libc::OPEN_TREE_CLOEXEC,
        )
    };
    let fd = check(fd, call)?;
    // SAFETY: the call returned a new descriptor that nothing else owns.
    Ok(unsafe { OwnedFd::from_raw_fd(fd as i32) })
}

/// Shows the owners in the mount `tree` as `user_namespace` maps them.
pub(crate) fn map_owners(tree: BorrowedFd<'_>, user_namespace: BorrowedFd<'_>) -> Result<()> {
    let attributes = libc::mount_attr {
        attr_set: libc::MOUNT_ATTR_IDMAP | libc::MOUNT_ATTR_RDONLY,
        attr_clr: 0,
        propagation: 0,
        userns_fd: user_namespace.as_raw_fd() as u64,
    };
    // SAFETY: both descriptors are open, the path is an empty C string, and the struct is of the
    // size given.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_mount_setattr,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_EMPTY_PATH,
            &raw const attributes,
            size_of::<libc::mount_attr>(),
        )
    };
    check(returned, || "mount_setattr(idmap)".into()).map(drop)
}

/// Attaches a mount made by [`copy_of`] at `target`.
pub(crate) fn attach(tree: BorrowedFd<'_>, target: &Path) -> Result<()> {
    let call = || format!("move_mount({})", target.display());
    let path = c_path(target, call)?;
    // SAFETY: the descriptor is open and both paths are C strings that outlive the call.
    let returned = unsafe {
        libc::syscall(
            libc::SYS_move_mount,
            tree.as_raw_fd(),
            c"".as_ptr(),
            libc::AT_FDCWD,
            path.as_ptr(),
            libc::MOVE_MOUNT_F_EMPTY_PATH,
        )
    };
    check(returned, call).map(drop)
}

fn c_path(path: &Path, call: impl FnOnce() -> String) -> Result<CString> {
    use std::os::unix::ffi::OsStrExt;
    CString::new(path.as_os_str().as_bytes())
        .map_err(|_| nix::errno::Errno::EINVAL)
        .named(call)
}
