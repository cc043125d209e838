"""Reads and lists what belongs to the host and to other boxes, under every name it may have here."""
secret, data, other = sys.argv[1:4]
mark = sys.argv[4].encode()
wanted = [secret, "/etc/shadow", "/etc/ssh/ssh_host_ed25519_key", "/root/.ssh/id_rsa", "/etc/sudoers",
          "/run/docker.sock", "/var/run/docker.sock", "/run/systemd/private", "/var/lib/dpkg/status",
          f"{data}/boxes.sqlite", f"{data}/secret-key", f"{data}/api-key", f"{data}/lock",
          f"{data}/boxes/{other}/lock"]
around = ["", "/proc/1/root", "/proc/1/cwd", "/proc/self/root/..", "/proc/self/cwd/../../../../../..",
          "/proc/self/root/proc/1/root", "/dev/fd/../../1/root", "/..", "/workspace/home/../../../.."]
for path in wanted:
    for way in around:
        attempt(f"read {way}{path}", read_of(way + path))
for folder in [data, f"{data}/boxes", f"{data}/layers", os.path.dirname(secret), f"{data}/boxes/{other}"]:
    for way in around:
        attempt(f"list {way}{folder}", lambda: os.listdir(way + folder))
for folder in ["/root", "/mnt", "/media", "/run", "/srv", "/opt", "/var/log"]:
    here = [entry for entry in os.listdir(folder)] if os.path.isdir(folder) else []
    attempt(f"find something in {folder}", lambda: here, ([], ["lock"], ["apt"]))
os.makedirs("/tmp/mine" + os.path.dirname(secret), exist_ok=True)
with open("/tmp/mine" + secret, "wb") as file:
    file.write(mark)
control("a file of its own, by the same calls", content("/proc/self/root/tmp/mine" + secret) == mark)
import shutil
shutil.rmtree("/tmp/mine")
said("end")
