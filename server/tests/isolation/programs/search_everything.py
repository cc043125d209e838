"""Walks through all there is, for names and sockets of the host."""
wanted = {os.path.basename(os.path.dirname(sys.argv[1])), "boxes.sqlite", "secret-key", "api-key"}
mark = sys.argv[2].encode()
seen, found, sockets, ahead = 0, [], [], ["/"]
while ahead:
    try:
        entries = list(os.scandir(ahead.pop()))
    except OSError:
        continue
    for entry in entries:
        seen += 1
        if entry.name in wanted:
            found.append(entry.path)
        if entry.is_dir(follow_symlinks=False):
            if entry.path not in ("/proc", "/sys"):
                ahead.append(entry.path)
        elif not entry.is_file(follow_symlinks=False) and not entry.is_symlink():
            if os.lstat(entry.path).st_mode & 0o170000 == 0o140000:
                sockets.append(entry.path)
attempt("find the secret's folder or the server's files", lambda: found, ([],))
attempt("find a socket", lambda: sockets, ([],))
for folder in ["/tmp", "/var/tmp", "/dev/shm", "/home", "/run"]:
    hits = []
    for place, _, files in os.walk(folder):
        for name in files:
            path = os.path.join(place, name)
            if os.path.isfile(path) and not path.endswith(".py") and mark in content(path):
                hits.append(path)
    attempt(f"find the secret's words in {folder}", lambda: hits, ([],))
control("the walk saw thousands of names", seen > 1000)
said("end")
