"""Makes device nodes, and opens those of the host."""
import stat
for kind, name in ((stat.S_IFBLK, "block"), (stat.S_IFCHR, "character")):
    for major, minor in ((1, 1), (1, 2), (8, 0), (10, 232), (10, 200), (10, 229), (254, 0), (259, 0), (7, 0)):
        for folder in ("/tmp", "/dev", "/dev/shm", "/workspace"):
            path = f"{folder}/node-{name}-{major}-{minor}"
            attempt(f"make {path}", lambda: os.mknod(path, kind | 0o666, os.makedev(major, minor)) or "made")
for name in ["mem", "kmem", "port", "kmsg", "sda", "vda", "nvme0n1", "loop0", "loop-control", "kvm", "fuse",
             "net/tun", "vhost-net", "vsock", "dm-0", "mapper/control", "btrfs-control", "uinput", "cpu/0/msr",
             "snapshot", "hpet", "rtc", "console", "tty0", "ptmx0", "dri/card0", "bus/usb/001/001", "userfaultfd"]:
    attempt(f"open /dev/{name}", lambda: os.open(f"/dev/{name}", os.O_RDONLY | os.O_NONBLOCK))
os.mkfifo("/tmp/pipe")
control("what it may make it can make, and what it may open it can open",
        stat.S_ISFIFO(os.stat("/tmp/pipe").st_mode) and len(content("/dev/urandom")) == 200)
said("end")
