"""Becomes another user by a program's mode, or by the capabilities of its file."""
import shutil, subprocess
shutil.copy("/usr/bin/env", "/tmp/raised")
os.chmod("/tmp/raised", 0o6755)
def status(word):
    text = open("/proc/self/status").read()
    return next(line.split()[1:] for line in text.splitlines() if line.startswith(word))
def capabilities_of_child():
    ran = subprocess.run(["/tmp/raised", "grep", "CapEff", "/proc/self/status"], capture_output=True, text=True)
    return int(ran.stdout.split()[1], 16)
own = int(status("CapEff:")[0], 16)
more = capabilities_of_child() & ~own
attempt("gain capabilities by a set-user-id program", lambda: hex(more), ("0x0",))
for revision in (0x02000001, 0x03000001):
    value = struct.pack("<IIIII", revision, 0xFFFFFFFF, 0, 0x1FF, 0) + (struct.pack("<I", 0) if revision > 0x02FFFFFF else b"")
    attempt(f"give a file capabilities for the host ({revision:#x})",
            lambda: os.setxattr("/tmp/raised", "security.capability", value) or hex(capabilities_of_child() & ~own),
            ("0x0",))
for name in ("trusted.overlay.redirect", "trusted.overlay.opaque", "system.data"):
    attempt(f"set {name}", lambda: os.setxattr("/tmp/raised", name, b"/") or "set")
for name in ("user.overlay.redirect", "user.overlay.opaque", "user.overlay.metacopy", "user.overlay.origin"):
    # Where the kernel takes it, it is an ordinary attribute by another name: the test looks what became of it.
    for path in ("/tmp/raised", "/etc", "/usr"):
        value = b"/../../../../.." if "redirect" in name else b"y"
        attempt(f"set {name} on {path}", lambda: os.setxattr(path, name, value) or "set", ("set",))
os.setxattr("/tmp/raised", "user.own", b"own")
control("an attribute of its own can be set", os.getxattr("/tmp/raised", "user.own") == b"own")
said("end")
