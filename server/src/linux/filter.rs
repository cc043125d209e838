//! The system calls that code in a box may not make.
//!
//! A list of refusals rather than of permissions: boxes run any program, and the kernel already
//! refuses what needs privileges outside the namespaces. Refused here are calls whose only use in a
//! box is to reach kernel code that has been a way out before.

use std::collections::BTreeMap;

use nix::errno::Errno;
use nix::libc;
use seccompiler::{
    BpfProgram, SeccompAction, SeccompCmpArgLen as Width, SeccompCmpOp as Compare,
    SeccompCondition, SeccompFilter, SeccompRule, TargetArch, sock_filter,
};

use super::{KernelError, Named, Result};

/// `open_tree` that also sets attributes, from Linux 6.15 on; the number is every architecture's.
const OPEN_TREE_ATTR: libc::c_long = 467;

/// Refused with EPERM whatever the arguments.
const REFUSED: &[libc::c_long] = &[
    // New mounts and roots: a box has the ones it was given.
    libc::SYS_mount,
    libc::SYS_umount2,
    libc::SYS_pivot_root,
    libc::SYS_move_mount,
    libc::SYS_open_tree,
    libc::SYS_mount_setattr,
    OPEN_TREE_ATTR,
    libc::SYS_fsopen,
    libc::SYS_fsconfig,
    libc::SYS_fsmount,
    libc::SYS_fspick,
    // Namespaces of its own would give back the capabilities that were dropped.
    libc::SYS_unshare,
    libc::SYS_setns,
    // The kernel's keyring is shared with the host's users.
    libc::SYS_add_key,
    libc::SYS_request_key,
    libc::SYS_keyctl,
    // Large, privileged or frequently broken parts of the kernel.
    libc::SYS_bpf,
    libc::SYS_perf_event_open,
    libc::SYS_userfaultfd,
    libc::SYS_io_uring_setup,
    libc::SYS_io_uring_enter,
    libc::SYS_io_uring_register,
    libc::SYS_open_by_handle_at,
    libc::SYS_fanotify_init,
    libc::SYS_fanotify_mark,
    libc::SYS_quotactl,
    libc::SYS_quotactl_fd,
    libc::SYS_swapon,
    libc::SYS_swapoff,
    libc::SYS_acct,
    libc::SYS_reboot,
    libc::SYS_kexec_load,
    libc::SYS_kexec_file_load,
    libc::SYS_init_module,
    libc::SYS_finit_module,
    libc::SYS_delete_module,
    libc::SYS_syslog,
    libc::SYS_settimeofday,
    libc::SYS_clock_settime,
    libc::SYS_adjtimex,
    libc::SYS_clock_adjtime,
    libc::SYS_vhangup,
    libc::SYS_lookup_dcookie,
    libc::SYS_move_pages,
    libc::SYS_migrate_pages,
    libc::SYS_mbind,
    libc::SYS_nfsservctl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_iopl,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_ioperm,
    #[cfg(target_arch = "x86_64")]
    libc::SYS_modify_ldt,
];

/// The socket families that programs in a box need.
const FAMILIES: [libc::c_int; 4] = [
    libc::AF_UNIX,
    libc::AF_INET,
    libc::AF_INET6,
    libc::AF_NETLINK,
];

/// `clone` flags that make namespaces.
const NAMESPACE_FLAGS: [libc::c_int; 7] = [
    libc::CLONE_NEWUSER,
    libc::CLONE_NEWNS,
    libc::CLONE_NEWPID,
    libc::CLONE_NEWIPC,
    libc::CLONE_NEWUTS,
    libc::CLONE_NEWNET,
    libc::CLONE_NEWCGROUP,
];

/// The filters, to be put in place one after the other.
pub(crate) struct Filters {
    refused: BpfProgram,
    unknown: BpfProgram,
    numbers: BpfProgram,
}

/// Translates the lists above; costs some hundred microseconds.
pub(crate) fn compile() -> Result<Filters> {
    build()
        .map_err(|_| Errno::EINVAL)
        .named(|| "compile the seccomp filter".into())
}

fn build() -> std::result::Result<Filters, seccompiler::BackendError> {
    let mut rules: BTreeMap<i64, Vec<SeccompRule>> =
        REFUSED.iter().map(|call| (*call, Vec::new())).collect();
    rules.insert(
        libc::SYS_clone,
        NAMESPACE_FLAGS
            .iter()
            .map(|flag| {
                let flag = *flag as u64;
                rule(0, Width::Qword, Compare::MaskedEq(flag), flag)
            })
            .collect::<std::result::Result<_, _>>()?,
    );
    rules.insert(
        libc::SYS_ioctl,
        // Both put characters into a terminal's input, which may be somebody else's.
        [libc::TIOCSTI, libc::TIOCLINUX]
            .into_iter()
            // Their type is the C library's choice; the kernel reads 32 bits.
            .map(|request| rule(1, Width::Dword, Compare::Eq, u64::from(request as u32)))
            .collect::<std::result::Result<_, _>>()?,
    );
    // The kernel makes sockets, and loads what a family needs, for a pair as well.
    for call in [libc::SYS_socket, libc::SYS_socketpair] {
        let other_family = FAMILIES
            .iter()
            .map(|family| SeccompCondition::new(0, Width::Dword, Compare::Ne, *family as u64))
            .collect::<std::result::Result<_, _>>()?;
        rules.insert(call, vec![SeccompRule::new(other_family)?]);
    }
    Ok(Filters {
        refused: program(rules, libc::EPERM)?,
        // A C library that is told that clone3 does not exist uses clone, whose flags the filter
        // can read; clone3's are behind a pointer.
        unknown: program(
            BTreeMap::from([(libc::SYS_clone3, Vec::new())]),
            libc::ENOSYS,
        )?,
        numbers: other_numbers(),
    })
}

/// The x32 calls of x86-64 are the ordinary ones under numbers with this bit, so a list of the ordinary
/// numbers alone would let each of them through where the kernel has them.
const X32_BIT: u32 = 0x4000_0000;

/// Refuses every call whose number is none of this machine's ordinary ones.
fn other_numbers() -> BpfProgram {
    let statement = |code: u32, k: u32| sock_filter {
        code: code as u16,
        jt: 0,
        jf: 0,
        k,
    };
    vec![
        // The number is the first word of what a filter reads.
        statement(libc::BPF_LD | libc::BPF_W | libc::BPF_ABS, 0),
        sock_filter {
            jf: 1,
            ..statement(libc::BPF_JMP | libc::BPF_JGE | libc::BPF_K, X32_BIT)
        },
        statement(
            libc::BPF_RET | libc::BPF_K,
            libc::SECCOMP_RET_ERRNO | libc::EPERM as u32,
        ),
        statement(libc::BPF_RET | libc::BPF_K, libc::SECCOMP_RET_ALLOW),
    ]
}

fn rule(
    argument: u8,
    width: Width,
    compare: Compare,
    value: u64,
) -> std::result::Result<SeccompRule, seccompiler::BackendError> {
    SeccompRule::new(vec![SeccompCondition::new(
        argument, width, compare, value,
    )?])
}

fn program(
    rules: BTreeMap<i64, Vec<SeccompRule>>,
    errno: i32,
) -> std::result::Result<BpfProgram, seccompiler::BackendError> {
    SeccompFilter::new(
        rules,
        SeccompAction::Allow,
        SeccompAction::Errno(errno as u32),
        TargetArch::try_from(std::env::consts::ARCH)?,
    )?
    .try_into()
}

/// Puts the filters in place for this process and its descendants, for good.
pub(crate) fn apply(filters: &Filters) -> Result<()> {
    for program in [&filters.refused, &filters.unknown, &filters.numbers] {
        seccompiler::apply_filter(program).map_err(|error| KernelError {
            call: format!("seccomp({error})"),
            errno: Errno::last(),
        })?;
    }
    Ok(())
}
