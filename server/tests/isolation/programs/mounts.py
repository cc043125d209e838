"""Mounts, unmounts, changes roots, and makes or enters namespaces."""
import glob
x86 = os.uname().machine == "x86_64"
numbers = dict(mount=165, umount2=166, pivot_root=155, unshare=272, setns=308, clone=56) if x86 else \
    dict(mount=40, umount2=39, pivot_root=41, unshare=97, setns=268, clone=220)
numbers |= dict(open_tree=428, move_mount=429, fsopen=430, fsconfig=431, fsmount=432, fspick=433, clone3=435,
                mount_setattr=442, open_tree_attr=467)
text = ctypes.c_char_p
for kind in ("tmpfs", "proc", "sysfs", "overlay", "cgroup", "cgroup2", "devpts", "devtmpfs", "mqueue", "debugfs",
             "tracefs", "securityfs", "bpf", "binfmt_misc", "fusectl", "ext4", "nfs", "9p"):
    attempt(f"mount {kind}", lambda: call(numbers["mount"], text(b"none"), text(b"/mnt"), text(kind.encode()), 0, 0))
    attempt(f"open {kind} as a file system", lambda: call(numbers["fsopen"], text(kind.encode()), 0))
for flags, name in ((4096, "bind"), (32, "remount"), (8192, "move"), (1 << 20, "share"), (1 << 18, "make private")):
    attempt(f"mount: {name}", lambda: call(numbers["mount"], text(b"/"), text(b"/mnt"), None, flags, 0))
for place in (b"/proc", b"/dev", b"/sys", b"/usr", b"/", b"/proc/sys/kernel/pid_max", b"/proc/kcore"):
    for flags in (0, 2, 8):
        attempt(f"unmount {place} ({flags})", lambda: call(numbers["umount2"], text(place), flags))
attempt("pivot the root", lambda: call(numbers["pivot_root"], text(b"."), text(b".")))
for name in ("open_tree", "move_mount", "fsconfig", "fsmount", "fspick", "mount_setattr", "open_tree_attr"):
    attempt(name, lambda: call(numbers[name], -100, text(b"/"), 0, 0, 0, 0))
for bit in (0x10000000, 0x00020000, 0x20000000, 0x08000000, 0x04000000, 0x40000000, 0x02000000, 0x80):
    attempt(f"unshare {bit:#x}", lambda: call(numbers["unshare"], bit))
    if bit != 0x80:
        attempt(f"clone with {bit:#x}", lambda: call(numbers["clone"], bit | 17, 0, 0, 0, 0))
        attempt(f"clone with {bit:#x} and high bits", lambda: call(numbers["clone"], bit | 17 | 1 << 40, 0, 0, 0, 0))
attempt("clone3", lambda: call(numbers["clone3"], ctypes.create_string_buffer(struct.pack("QQQQQQQQ", 0x10000000, 0, 0, 0, 17, 0, 0, 0)), 64))
for path in glob.glob("/proc/self/ns/*"):
    def enter():
        with open(path) as namespace:
            return call(numbers["setns"], namespace.fileno(), 0)
    attempt(f"enter {path}", enter)
child = os.fork()
if child == 0:
    os._exit(7)
control("a plain child can be made", os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 7)
said("end")
