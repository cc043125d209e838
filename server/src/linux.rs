//! Kernel calls: the only place with `unsafe`.
//!
//! Each function makes one call and says in its error which call it was and on what. What to call
//! in which order, and why, is decided by the callers.
#![allow(
    unsafe_code,
    reason = "the kernel's interface is unsafe; this is its one place"
)]

pub(crate) mod btrfs;
pub(crate) mod capabilities;
pub(crate) mod clone;
pub(crate) mod clone_file;
pub(crate) mod descriptors;
pub(crate) mod filter;
pub(crate) mod id_map;
pub(crate) mod loopback;
pub(crate) mod mount;
pub(crate) mod open;
pub(crate) mod placement;
pub(crate) mod process;
pub(crate) mod socket;
pub(crate) mod sync;
pub(crate) mod terminal;

use nix::errno::Errno;

/// A kernel call that failed.
#[derive(Clone, Debug, thiserror::Error)]
#[error("{call} => {errno}")]
pub struct KernelError {
    /// The call and what it was made on.
    pub call: String,
    /// Why it failed.
    pub errno: Errno,
}

/// Result of a kernel call.
pub type Result<T> = std::result::Result<T, KernelError>;

/// Names the call in the error of a wrapper from `nix`.
pub(crate) trait Named<T> {
    fn named(self, call: impl FnOnce() -> String) -> Result<T>;
}

impl<T> Named<T> for nix::Result<T> {
    fn named(self, call: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|errno| KernelError {
            call: call(),
            errno,
        })
    }
}

impl<T> Named<T> for std::io::Result<T> {
    fn named(self, call: impl FnOnce() -> String) -> Result<T> {
        self.map_err(|error| KernelError {
            call: call(),
            errno: Errno::from_raw(error.raw_os_error().unwrap_or(nix::libc::EIO)),
        })
    }
}

/// Turns the -1 of a raw call into an error.
fn check(returned: i64, call: impl FnOnce() -> String) -> Result<i64> {
    Errno::result(returned).named(call)
}
