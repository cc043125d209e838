"""Connects to Unix sockets of the host, by path and by abstract name."""
path, name = sys.argv[1:3]
def connect(address, kind):
    def go():
        with socket.socket(socket.AF_UNIX, kind) as one:
            one.connect(address)
            return "connected"
    return go
for kind in (socket.SOCK_STREAM, socket.SOCK_DGRAM, socket.SOCK_SEQPACKET):
    attempt(f"connect to the path ({kind})", connect(path, kind))
    attempt(f"connect to the abstract name ({kind})", connect("\0" + name, kind))
    attempt(f"connect to the path through init ({kind})", connect("/proc/1/root" + path, kind))
for known in ["/run/docker.sock", "/var/run/docker.sock", "/run/containerd/containerd.sock",
              "/run/systemd/private", "/run/dbus/system_bus_socket", "/dev/log"]:
    attempt(f"connect to {known}", connect(known, socket.SOCK_STREAM))
listener = socket.socket(socket.AF_UNIX)
listener.bind("\0" + name)
listener.listen()
control("the same abstract name, bound in the box, takes a connection",
        connect("\0" + name, socket.SOCK_STREAM)() == "connected")
said("end")
