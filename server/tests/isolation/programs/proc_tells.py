"""Looks for paths, keys and names of the host in all that /proc and /sys say."""
words = [word.encode() for word in sys.argv[1:]]
paths = ["/proc/self/mountinfo", "/proc/mounts", "/proc/self/maps", "/proc/self/environ", "/proc/1/cmdline",
         "/proc/1/mountinfo", "/proc/1/maps", "/proc/1/environ", "/proc/net/unix", "/proc/keys", "/proc/key-users",
         "/proc/locks", "/proc/timer_list", "/proc/sched_debug", "/proc/kallsyms", "/proc/kmsg", "/proc/kcore",
         "/proc/sysvipc/shm", "/proc/self/cgroup", "/proc/vmallocinfo", "/proc/iomem", "/proc/swaps"]
read = 0
for path in paths:
    try:
        with open(path, "rb") as file:
            text = file.read(1 << 20) if path not in ("/proc/kmsg", "/proc/kcore") else b""
        read += 1
    except OSError as error:
        said(f"refused {path}: {errno.errorcode[error.errno]}")
        continue
    attempt(f"find words of the host in {path}", lambda: [w for w in words if w in text], ([],))
for path in ["/proc/kcore", "/proc/kmsg", "/proc/kallsyms", "/proc/sysrq-trigger"]:
    attempt(f"read {path}", read_of(path), (b"",))
addresses = [line for line in open("/proc/iomem") if not line.lstrip().startswith("00000000")] \
    if os.path.exists("/proc/iomem") else []
attempt("learn physical addresses", lambda: addresses, ([],))
control("its own mounts and environment can be read", read >= 4 and b"PATH=" in open("/proc/self/environ", "rb").read())
said("end")
