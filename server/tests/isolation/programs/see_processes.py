"""Looks for processes that are not the box's."""
host = sys.argv[1]
numbers = [name for name in os.listdir("/proc") if name.isdigit()]
foreign = []
for number in numbers:
    try:
        line = content(f"/proc/{number}/cmdline")
    except OSError:
        continue
    if b"98765" in line or b"box-server\0serve" in line or b"http.server" in line:
        foreign.append(line)
attempt("see a process of the host or of another box", lambda: foreign, ([],))
attempt("open the host process's folder", lambda: content(f"/proc/{host}/cmdline"))
attempt("know more processes than its own few", lambda: numbers if len(numbers) > 8 else None)
attempt("see threads of the host", lambda: content(f"/proc/{host}/task/{host}/comm"))
attempt("learn the host's boot command", lambda: None if b"98765" not in content("/proc/cmdline") else "seen")
control("it sees itself", str(os.getpid()) in numbers)
said("end")
