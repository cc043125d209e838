"""Gives itself an interface, an address, a route, a rule or another network."""
import fcntl
netlink = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
def ask(kind, body):
    def go():
        netlink.send(struct.pack("IHHII", 16 + len(body), kind, 0x605, 1, 0) + body)
        answer = netlink.recv(4096)
        code = struct.unpack_from("i", answer, 16)[0]
        if code < 0:
            raise OSError(-code, os.strerror(-code))
        return f"answered {code}"
    return go
link = struct.pack("BxHiII", 0, 0, 1, 0, 0)
for kind, name, body in ((16, "new link", struct.pack("BxHiII", 0, 0, 0, 0, 0) + struct.pack("HH4sHH", 8, 3, b"vt0\0", 4, 18)),
                         (17, "remove the loopback", link), (19, "change the loopback", link),
                         (20, "new address", struct.pack("BBBBI", 2, 24, 0, 0, 1) + struct.pack("HH4B", 8, 2, 10, 0, 0, 5)),
                         (24, "new route", struct.pack("BBBBBBBBI", 2, 0, 0, 0, 254, 3, 0, 1, 0) + struct.pack("HHI", 8, 4, 1)),
                         (28, "new neighbour", struct.pack("BxHiHBB", 2, 0, 1, 2, 0, 0)),
                         (32, "new rule", struct.pack("BBBBBBBBI", 2, 0, 0, 0, 254, 0, 0, 1, 0))):
    attempt(name, ask(kind, body))
for kind, name in ((12, "netfilter"), (6, "ipsec")):
    def say():
        with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, kind) as one:
            one.send(struct.pack("IHHII", 20, (10 << 8) if kind == 12 else 0x10, 0x605, 1, 0) + bytes(4))
            code = struct.unpack_from("i", one.recv(4096), 16)[0]
            if code < 0:
                raise OSError(-code, os.strerror(-code))
            return code or None
    attempt(f"set up {name}", say)
attempt("open a tunnel", lambda: os.open("/dev/net/tun", os.O_RDWR))
udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
for request, name in ((0x8914, "raise an interface"), (0x8916, "set an address"), (0x890B, "add a route"), (0x8924, "set a hardware address")):
    attempt(name, lambda: fcntl.ioctl(udp, request, struct.pack("16sHHI24x", b"eth0", 2, 0, 0x0100000A)) and "set")
attempt("see another interface", lambda: [name for name in os.listdir("/sys/class/net") if name != "lo"]
        if os.path.isdir("/sys/class/net") else [], ([],))
attempt("see another interface by its number", lambda: [name for _, name in socket.if_nameindex() if name != "lo"], ([],))
netlink.send(struct.pack("IHHIIB3x", 20, 18, 0x301, 2, 0, 0))
control("asking what there is works", struct.unpack_from("IH", netlink.recv(8192))[1] == 16)
said("end")
