"""Connects past the proxy: to the host's loopback, its addresses, private ones and the server itself."""
ports = [int(port) for port in sys.argv[1:3]]
addresses = ["127.0.0.1", "127.0.0.2", "127.255.255.254", "0.0.0.0", "169.254.169.254", "10.0.0.1", "172.17.0.1",
             "192.168.0.1", "100.64.0.1", "8.8.8.8", "255.255.255.255", "::1", "::", "::ffff:127.0.0.1",
             "::ffff:169.254.169.254", "fe80::1%lo", "fd00:ec2::254", "2002:7f00:1::", "64:ff9b::7f00:1"] + sys.argv[3:]
def connect(address, port, kind):
    def go():
        family = socket.AF_INET6 if ":" in address else socket.AF_INET
        with socket.socket(family, kind) as one:
            one.settimeout(2)
            try:
                target = socket.getaddrinfo(address, port, family, kind, 0, socket.AI_NUMERICHOST)[0][4]
            except socket.gaierror as error:
                raise OSError(errno.EADDRNOTAVAIL, str(error))
            one.connect(target)
            if kind == socket.SOCK_DGRAM:
                one.send(b"x")
                return one.recv(1)
            return "connected"
    return go
for address in addresses:
    for port in ports + [22, 53, 80]:
        attempt(f"TCP to {address} port {port}", connect(address, port, socket.SOCK_STREAM))
    attempt(f"UDP to {address}", connect(address, 53, socket.SOCK_DGRAM))
def raw(family):
    def go():
        with socket.socket(family, socket.SOCK_RAW, socket.IPPROTO_ICMP) as one:
            one.sendto(b"\x08\0\xf7\xff\0\0\0\0", ("8.8.8.8", 0))
            return "sent"
    return go
attempt("send a packet of its own making", raw(socket.AF_INET))
attempt("listen on the wire", lambda: socket.socket(17, socket.SOCK_RAW) and "listens")
listener = socket.create_server(("127.0.0.1", 0))
control("the box's own loopback takes a connection",
        connect("127.0.0.1", listener.getsockname()[1], socket.SOCK_STREAM)() == "connected")
said("end")
