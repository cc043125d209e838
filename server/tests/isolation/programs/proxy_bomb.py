"""Opens connections to its proxy and says half of what it wants; the last stay open behind its back."""
import resource
most = resource.getrlimit(resource.RLIMIT_NOFILE)[0]
proxy = (os.environ.get("http_proxy") or os.environ["HTTP_PROXY"]).split("//")[1].rstrip("/").rsplit(":", 1)
held = []
for number in range(min(3000, most - 20)):
    one = socket.socket()
    one.setblocking(False)
    try:
        one.connect((proxy[0], int(proxy[1])))
    except BlockingIOError:
        pass
    except OSError as error:
        said(f"refused connection {number}: {errno.errorcode[error.errno]}")
        break
    held.append(one)
for one in held:
    try:
        one.send(b"GET http://example.com/ HTTP/1.1\r\nX-Slow: ")
    except OSError:
        pass
said(f"refused the server's descriptors: {len(held)} connections are held")
control("more connections were asked for than are served at a time", len(held) > 300)
if os.fork() == 0:
    os.setsid()
    null = os.open("/dev/null", os.O_RDWR)
    for number in range(3):
        os.dup2(null, number)
    for one in held:
        os.set_inheritable(one.fileno(), True)
    os.execvp("sleep", ["sleep", "3600"])
said("end")
