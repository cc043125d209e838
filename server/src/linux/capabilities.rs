//! Which of root's powers the root of a box keeps, inside its own namespaces.

use nix::libc;

use super::{Result, check};

/// What programs that run as root commonly need, none of which reaches beyond the namespaces.
/// Numbers are the kernel's (`linux/capability.h`).
const KEPT: [u64; 15] = [
    0,  // CHOWN
    1,  // DAC_OVERRIDE
    3,  // FOWNER
    4,  // FSETID
    5,  // KILL
    6,  // SETGID
    7,  // SETUID
    8,  // SETPCAP
    10, // NET_BIND_SERVICE
    13, // NET_RAW
    18, // SYS_CHROOT
    19, // SYS_PTRACE
    23, // SYS_NICE
    29, // AUDIT_WRITE
    31, // SETFCAP
];

/// The highest number the kernel may know; it answers EINVAL beyond its own.
const HIGHEST: u64 = 63;

/// Takes every other capability out of reach of this process and its descendants for good.
pub(crate) fn drop_all_but_kept() -> Result<()> {
    for capability in (0..=HIGHEST).filter(|number| !KEPT.contains(number)) {
        // SAFETY: takes plain numbers only.
        let returned = unsafe { libc::prctl(libc::PR_CAPBSET_DROP, capability, 0, 0, 0) };
        let dropped = check(i64::from(returned), || {
            format!("prctl(PR_CAPBSET_DROP, {capability})")
        });
        match dropped {
            Err(error) if error.errno == nix::errno::Errno::EINVAL => break,
            dropped => dropped.map(drop)?,
        }
    }
    Ok(())
}
