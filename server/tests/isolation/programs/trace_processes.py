"""Reads, writes and traces its first process and the host's."""
host, x86 = int(sys.argv[1]), os.uname().machine == "x86_64"
PTRACE, READV, WRITEV, KCMP, PIDFD_GETFD = (101, 310, 311, 312, 438) if x86 else (117, 270, 271, 272, 438)
ATTACH, SEIZE, CONT = 16, 0x4206, 7
buffer = ctypes.create_string_buffer(64)
vector = ctypes.create_string_buffer(struct.pack("QQ", ctypes.addressof(buffer), 64))
for target in (1, host):
    attempt(f"attach to {target}", lambda: call(PTRACE, ATTACH, target, 0, 0))
    attempt(f"seize {target}", lambda: call(PTRACE, SEIZE, target, 0, 0))
    attempt(f"read the memory of {target}", lambda: call(READV, target, vector, 1, vector, 1, 0))
    attempt(f"write the memory of {target}", lambda: call(WRITEV, target, vector, 1, vector, 1, 0))
    attempt(f"compare files with {target}", lambda: call(KCMP, os.getpid(), target, 0, 0, 0))
    for name in ("mem", "environ", "maps", "auxv", "stack", "syscall", "io", "exe", "cwd", "root", "fd", "map_files",
                 "ns/mnt", "ns/user", "ns/net", "ns/pid", "clear_refs", "oom_score_adj", "pagemap", "attr/current"):
        path = f"/proc/{target}/{name}"
        if name in ("fd", "map_files"):
            attempt(f"list {path}", lambda: os.listdir(path))
        elif name.startswith("ns/") or name in ("exe", "cwd", "root"):
            attempt(f"follow {path}", lambda: os.readlink(path))
        elif name in ("clear_refs", "oom_score_adj", "attr/current"):
            attempt(f"write {path}", lambda: os.write(os.open(path, os.O_WRONLY), b"1") and "wrote")
        elif name == "auxv" or name == "maps":
            attempt(f"read {path}", read_of(path), (b"",))
        else:
            attempt(f"read {path}", read_of(path), (b"",))
attempt("take a descriptor of init", lambda: call(PIDFD_GETFD, os.pidfd_open(1), 0, 0))
child = os.fork()
if child == 0:
    import signal
    signal.pause()
control("a child can be traced", call(PTRACE, ATTACH, child, 0, 0) == "returned 0")
os.waitpid(child, 0)
os.kill(child, 9)
said("end")
