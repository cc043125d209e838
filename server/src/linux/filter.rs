//! The system calls that code in a box may not make.
//!
//! A list of refusals rather than of permissions: boxes run any program, and the kernel already
//! refuses what needs privileges outside the namespaces. Refused here are calls whose only use in a
//! box is to reach kernel code that has been a way out before.

mod program;

use nix::errno::Errno;
use nix::libc;
use seccompiler::BpfProgram;

use self::program::{Program, Target, Test};
use super::{KernelError, Result};

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
const FAMILIES: [u32; 4] = [
    libc::AF_UNIX as u32,
    libc::AF_INET as u32,
    libc::AF_INET6 as u32,
    libc::AF_NETLINK as u32,
];

/// What `ioctl` may not do: both put characters into a terminal's input, which may be somebody else's. The
/// kernel reads 32 bits.
const TO_TERMINALS: [u32; 2] = [libc::TIOCSTI as u32, libc::TIOCLINUX as u32];

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

/// The architecture whose numbers the lists hold, as the kernel tells it to a filter.
#[cfg(target_arch = "x86_64")]
const ARCHITECTURE: u32 = 0xC000_003E;
#[cfg(target_arch = "aarch64")]
const ARCHITECTURE: u32 = 0xC000_00B7;
#[cfg(target_arch = "riscv64")]
const ARCHITECTURE: u32 = 0xC000_00F3;

/// The x32 calls of x86-64 are the ordinary ones under numbers with this bit, so a list of the ordinary
/// numbers alone would let each of them through where the kernel has them.
const X32_BIT: u32 = 0x4000_0000;

/// Everything that is refused, as one program: the kernel translates each program for each sandbox anew, and tries it
/// with every number there is, so it is short and finds a number in few steps.
pub(crate) fn compile() -> BpfProgram {
    let mut program = Program::default();
    let allow = program.answer(libc::SECCOMP_RET_ALLOW);
    let refuse = program.answer(libc::SECCOMP_RET_ERRNO | libc::EPERM as u32);
    let unknown = program.answer(libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32);
    // What uses the numbers of another machine does it to get around the list.
    let kill = program.answer(libc::SECCOMP_RET_KILL_PROCESS);

    let mut cases: Vec<(u32, Target)> = REFUSED.iter().map(|call| (*call as u32, refuse)).collect();
    // A C library that is told that clone3 does not exist uses clone, whose flags the filter can read;
    // clone3's are behind a pointer.
    cases.push((libc::SYS_clone3 as u32, unknown));
    let namespaces = NAMESPACE_FLAGS
        .iter()
        .fold(0, |all, flag| all | *flag as u32);
    program.test(Test::AnyBit, &[namespaces], refuse, allow);
    cases.push((libc::SYS_clone as u32, program.argument(0)));
    program.test(Test::Equal, &TO_TERMINALS, refuse, allow);
    cases.push((libc::SYS_ioctl as u32, program.argument(1)));
    program.test(Test::Equal, &FAMILIES, allow, refuse);
    let socket = program.argument(0);
    // The kernel makes sockets, and loads what a family needs, for a pair as well.
    cases.extend([libc::SYS_socket, libc::SYS_socketpair].map(|call| (call as u32, socket)));

    cases.sort_unstable_by_key(|(number, _)| *number);
    let search = program.search(&cases, allow);
    program.test(Test::AtLeast, &[X32_BIT], refuse, search);
    let number = program.number();
    program.test(Test::Equal, &[ARCHITECTURE], number, kill);
    program.architecture();
    program.finish()
}

/// Puts the filter in place for this process and its descendants, for good.
pub(crate) fn apply(filter: &BpfProgram) -> Result<()> {
    seccompiler::apply_filter(filter).map_err(|error| KernelError {
        call: format!("seccomp({error})"),
        errno: Errno::last(),
    })
}

#[cfg(test)]
mod tests {
    use super::program::run;
    use super::*;

    const ALLOWED: u32 = libc::SECCOMP_RET_ALLOW;
    const REFUSAL: u32 = libc::SECCOMP_RET_ERRNO | libc::EPERM as u32;

    fn answer(number: libc::c_long, arguments: [u64; 2]) -> u32 {
        run(&compile(), ARCHITECTURE, number as u32, arguments).0
    }

    #[test]
    fn each_number_of_the_list_is_refused_and_no_other_is() {
        for number in 0..1000 {
            let expected = match number {
                _ if REFUSED.contains(&number) => REFUSAL,
                libc::SYS_clone3 => libc::SECCOMP_RET_ERRNO | libc::ENOSYS as u32,
                // Family 0 is none of those that are let through.
                libc::SYS_socket | libc::SYS_socketpair => REFUSAL,
                _ => ALLOWED,
            };
            assert_eq!(answer(number, [0, 0]), expected, "{number}");
        }
    }

    #[test]
    fn arguments_decide_where_they_matter_and_their_upper_halves_do_not() {
        for flag in NAMESPACE_FLAGS {
            let flags = flag as u64 | libc::SIGCHLD as u64;
            assert_eq!(answer(libc::SYS_clone, [flags, 0]), REFUSAL, "{flag:x}");
        }
        let thread = (libc::CLONE_VM | libc::CLONE_THREAD | libc::CLONE_SETTLS) as u64;
        assert_eq!(answer(libc::SYS_clone, [thread, 0]), ALLOWED);
        for request in TO_TERMINALS.map(u64::from) {
            for upper in [0, 1 << 32, u64::MAX << 32] {
                assert_eq!(answer(libc::SYS_ioctl, [0, request | upper]), REFUSAL);
            }
        }
        assert_eq!(
            answer(libc::SYS_ioctl, [u64::from(TO_TERMINALS[0]), 0]),
            ALLOWED
        );
        for call in [libc::SYS_socket, libc::SYS_socketpair] {
            for family in 0..64 {
                let expected = if FAMILIES.contains(&family) {
                    ALLOWED
                } else {
                    REFUSAL
                };
                assert_eq!(answer(call, [family as u64, 0]), expected, "{family}");
                assert_eq!(
                    answer(call, [family as u64 | 1 << 32, 0]),
                    expected,
                    "{family}"
                );
            }
        }
    }

    #[test]
    fn numbers_of_other_kinds_are_refused_whatever_they_stand_for() {
        for number in 0..600 {
            assert_eq!(
                answer(number | i64::from(X32_BIT), [0, 0]),
                REFUSAL,
                "{number}"
            );
            let other = run(&compile(), 0x4000_0003, number as u32, [0, 0]).0;
            assert_eq!(other, libc::SECCOMP_RET_KILL_PROCESS, "{number}");
        }
        assert_eq!(answer(0xFFFF_FFFF, [0, 0]), REFUSAL);
    }

    #[test]
    fn a_number_is_found_in_few_steps() {
        let program = compile();
        let most = (0..600)
            .map(|number| run(&program, ARCHITECTURE, number, [0, 0]).1)
            .max();
        assert!(most <= Some(20), "{most:?} steps of {}", program.len());
    }
}
