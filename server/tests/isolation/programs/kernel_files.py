"""Writes to files by which the kernel is set and told to run programs."""
import glob
paths = ["/proc/sysrq-trigger", "/proc/sys/kernel/core_pattern", "/proc/sys/kernel/modprobe", "/proc/sys/kernel/hotplug",
         "/proc/sys/kernel/poweroff_cmd", "/proc/sys/kernel/panic", "/proc/sys/kernel/panic_on_oops",
         "/proc/sys/kernel/randomize_va_space", "/proc/sys/kernel/kptr_restrict", "/proc/sys/kernel/dmesg_restrict",
         "/proc/sys/kernel/yama/ptrace_scope", "/proc/sys/kernel/unprivileged_bpf_disabled", "/proc/sys/kernel/usermodehelper/bset",
         "/proc/sys/fs/suid_dumpable", "/proc/sys/fs/protected_symlinks", "/proc/sys/fs/binfmt_misc/register",
         "/proc/sys/vm/mmap_min_addr", "/proc/sys/vm/panic_on_oom", "/proc/irq/default_smp_affinity", "/proc/mtrr",
         "/proc/fs/xfs/stat", "/proc/scsi/scsi", "/proc/acpi/wakeup", "/sys/kernel/uevent_helper", "/sys/power/state",
         "/sys/kernel/mm/transparent_hugepage/enabled", "/sys/fs/cgroup/release_agent", "/sys/fs/cgroup/cgroup.procs",
         "/sys/kernel/debug/sched", "/sys/kernel/security/lsm", "/sys/module/kernel/parameters/consoleblank",
         "/sys/firmware/efi/vars", "/sys/class/net/lo/mtu", "/sys/bus/pci/rescan", "/proc/self/attr/exec",
         "/proc/self/uid_map", "/proc/self/gid_map", "/proc/self/setgroups", "/proc/kcore", "/proc/keys"]
def write(path):
    def go():
        before = content(path) if os.path.exists(path) else b""
        with open(path, "wb", buffering=0) as file:
            file.write(b"1")
        # A masked file is /dev/null: it takes all and does nothing.
        return None if os.stat(path).st_rdev == os.makedev(1, 3) else f"wrote over {before!r}"
    return go
for path in paths:
    attempt(f"write {path}", write(path))
for path in glob.glob("/proc/sys/kernel/*")[:60] + glob.glob("/proc/sys/vm/*")[:60] + glob.glob("/proc/sys/fs/*")[:40]:
    if os.path.isfile(path) and not path.rsplit("/", 1)[1].startswith(("shm", "msg", "sem", "auto_msgmni", "hostname", "domainname", "ns_last_pid")):
        attempt(f"open {path} to write", lambda: os.open(path, os.O_WRONLY))
attempt("choose the numbers of processes", lambda: os.write(os.open("/proc/sys/kernel/ns_last_pid", os.O_WRONLY), b"5") and "wrote")
attempt("find anything in /sys/kernel or /sys/fs", lambda: os.listdir("/sys/kernel") + os.listdir("/sys/fs"), ([],))
open("/tmp/file", "w").write("1")
control("a file of its own can be written, and one of the kernel read",
        content("/tmp/file") == b"1" and content("/proc/sys/kernel/ostype") == b"Linux\n")
said("end")
