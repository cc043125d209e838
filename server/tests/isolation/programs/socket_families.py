"""Opens sockets of families that reach other parts of the kernel, one by one and in pairs."""
SOCKETPAIR = 53 if os.uname().machine == "x86_64" else 199
pair = ctypes.create_string_buffer(8)
allowed = {socket.AF_UNIX, socket.AF_INET, socket.AF_INET6, socket.AF_NETLINK}
for family in range(0, 46):
    if family in allowed:
        continue
    for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_RAW, socket.SOCK_SEQPACKET):
        for name, make in (("socket", lambda: socket.socket(family, kind) and "open"),
                           ("pair", lambda: call(SOCKETPAIR, family, kind, 0, pair))):
            def refused_by_filter():
                try:
                    return make()
                except OSError as error:
                    return None if error.errno == errno.EPERM else f"reached the kernel: {error}"
            attempt(f"{name} of family {family}, kind {kind}", refused_by_filter)
one, other = socket.socketpair()
one.send(b"x")
control("a pair of Unix sockets works", other.recv(1) == b"x")
said("end")
