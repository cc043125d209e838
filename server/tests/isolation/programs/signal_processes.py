"""Signals processes of the host and of other boxes, and its own first process."""
import signal
host = int(sys.argv[1])
for target in (host, -host):
    for number in (0, signal.SIGTERM, signal.SIGKILL, signal.SIGSTOP):
        attempt(f"kill({target}, {number})", lambda: os.kill(target, number) or "sent")
attempt("open the host's process by its number", lambda: os.pidfd_open(host))
attempt("tgkill", lambda: call(234 if os.uname().machine == "x86_64" else 131, host, host, 9))
attempt("queue a signal", lambda: call(129 if os.uname().machine == "x86_64" else 138, host, 9, ctypes.create_string_buffer(128)))
for number in range(2, 400):
    if number != os.getpid():
        try:
            os.kill(number, 0)
        except OSError:
            continue
        line = content(f"/proc/{number}/cmdline")
        said(f"ESCAPED signal to {number}: {line!r}" if b"98765" in line else f"refused {number}: the box's own")
signal.signal(signal.SIGTERM, signal.SIG_IGN)
for number in (signal.SIGTERM, signal.SIGSTOP, signal.SIGKILL, signal.SIGINT, signal.SIGSEGV):
    os.kill(1, number)
    said(f"refused end init with {number}: it lives on" if os.path.exists("/proc/1/status") else "ESCAPED init is gone")
state = [line for line in open("/proc/1/status") if line.startswith("State")][0]
attempt("stop init", lambda: state if "stopped" in state else None)
child = os.fork()
if child == 0:
    signal.pause()
os.kill(child, signal.SIGKILL)
control("a child can be killed", os.waitpid(child, 0)[1] == signal.SIGKILL)
said("end")
