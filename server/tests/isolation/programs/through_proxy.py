"""Asks the proxy for what it must not fetch: loopback, metadata and private addresses in every notation."""
port, own_port = sys.argv[1], sys.argv[2]
proxy = (os.environ.get("http_proxy") or os.environ["HTTP_PROXY"]).split("//")[1].rstrip("/").rsplit(":", 1)
def ask(request):
    with socket.create_connection((proxy[0], int(proxy[1])), timeout=20) as one:
        one.sendall(request)
        answer = one.recv(400)
    return answer
def refused(request):
    def go():
        answer = ask(request)
        status = answer.split(b" ")[1:2]
        # 502 is a name that does not exist here, 403 and 400 refuse.
        return None if status in ([b"403"], [b"400"], [b"502"], [b"404"], [b"431"]) or not answer else answer
    return go
hosts = ["127.0.0.1", "127.1", "127.0.1", "0", "0.0.0.0", "2130706433", "0x7f000001", "0x7f.1", "017700000001", "0177.0.0.1",
         "127.0.0.1.", "localhost", "LOCALHOST", "localhost.", "localhost.localdomain", "ip6-localhost", "ip6-loopback",
         "[::1]", "[::]", "[0:0:0:0:0:0:0:1]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "[::127.0.0.1]", "[::ffff:0:127.0.0.1]",
         "[64:ff9b::7f00:1]", "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:0:1::80ff:fffe]", "[fe80::1]", "[fe80::1%25lo]",
         "[fc00::1]", "[fd00:ec2::254]", "[fec0::1]", "[ff02::1]", "169.254.169.254", "[::ffff:169.254.169.254]",
         "[::ffff:a9fe:a9fe]", "2852039166", "0xa9fea9fe", "metadata.google.internal", "metadata", "instance-data",
         "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.0.1", "100.64.0.1", "100.100.100.200", "192.0.0.192",
         "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255", "192.0.2.1", "[2001:db8::1]", "[100::1]",
         "8.8.8.8@127.0.0.1", "127.0.0.1%00.example.com", "127.0.0.1\t", "xn--localhost", "①②⑦.⓪.⓪.①", sys.argv[3]]
for host in hosts:
    at = host.encode() + b":" + port.encode()
    attempt(f"GET http://{host}/", refused(b"GET http://" + at + b"/ HTTP/1.1\r\nHost: example.com\r\n\r\n"))
    attempt(f"CONNECT {host}", refused(b"CONNECT " + at + b" HTTP/1.1\r\nHost: " + at + b"\r\n\r\n"))
for name, request in {
    "the API by its address": b"GET http://127.0.0.1:%s/v2/box HTTP/1.1\r\n\r\n",
    "a path without an address": b"GET /v2/box HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n",
    "another scheme": b"GET file:///etc/shadow HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n",
    "https as plain": b"GET https://127.0.0.1:%s/ HTTP/1.1\r\n\r\n",
    "ftp": b"GET ftp://127.0.0.1:%s/ HTTP/1.1\r\n\r\n",
    "a line end in the address": b"GET http://example.com\r\nHost: 127.0.0.1:%s/ HTTP/1.1\r\n\r\n",
    "two hosts": b"GET http://127.0.0.1:%s/ HTTP/1.1\r\nHost: example.com\r\nHost: example.org\r\n\r\n",
    "CONNECT without a port": b"CONNECT 127.0.0.1 HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n",
    "CONNECT to a Unix socket": b"CONNECT /run/docker.sock HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n",
    "an asterisk": b"OPTIONS * HTTP/1.1\r\nHost: 127.0.0.1:%s\r\n\r\n",
    "TRACE": b"TRACE http://127.0.0.1:%s/ HTTP/1.1\r\n\r\n",
    "an upgrade": b"GET http://127.0.0.1:%s/ HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: h2c\r\n\r\n",
    "HTTP/0.9": b"GET http://127.0.0.1:%s/\r\n",
    "HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}.items():
    for target in (port, own_port):
        filled = request.replace(b"%s", target.encode())
        attempt(f"{name}, port {target}", refused(filled))
control("the proxy answers and says why", b"box-server: " in ask(b"GET http://127.0.0.1:1/ HTTP/1.1\r\n\r\n"))
said("end")
