"""Makes links of every kind to what lies outside, and follows them."""
secret = sys.argv[1]
targets = [secret, "/proc/1/root" + secret, "/proc/1/exe", "/proc/1/fd/3", "/proc/1/ns/mnt",
           "../" * 40 + secret, "/proc/self/root/../.." + secret, "/dev/fd/3" + secret]
for number, target in enumerate(targets):
    link = f"/tmp/link-{number}"
    os.symlink(target, link)
    attempt(f"read through a symbolic link to {target}", read_of(link))
    attempt(f"write through a symbolic link to {target}", lambda: os.open(link, os.O_WRONLY))
    attempt(f"make a hard link to {target}", lambda: os.link(target, f"/tmp/hard-{number}", follow_symlinks=True))
for source in ["/proc/self/exe", "/proc/self/root", "/proc/1/root", "/usr/bin/env"]:
    def cross():
        os.link(source, "/dev/shm/hard", follow_symlinks=True)
    attempt(f"make a hard link to {source} on another file system", lambda: cross() or "linked")
open("/tmp/own", "w").write("own")
os.link("/tmp/own", "/tmp/own-hard")
os.symlink("/tmp/own", "/tmp/own-soft")
control("links to its own file work", content("/tmp/own-hard") == content("/tmp/own-soft") == b"own")
said("end")
