"""Takes back capabilities, its old filter and what it gave up."""
x86 = os.uname().machine == "x86_64"
CAPSET, PRCTL, SECCOMP = (126, 157, 317) if x86 else (91, 167, 277)
header = ctypes.create_string_buffer(struct.pack("Ii", 0x20080522, 0))
everything = ctypes.create_string_buffer(struct.pack("IIIIII", *[0xFFFFFFFF] * 6))
attempt("take every capability", lambda: call(CAPSET, header, everything))
def bits(word):
    return int(next(line for line in open("/proc/self/status") if line.startswith(word)).split()[1], 16)
for number, name in ((12, "NET_ADMIN"), (16, "SYS_MODULE"), (17, "SYS_RAWIO"), (21, "SYS_ADMIN"), (22, "SYS_BOOT"),
                     (24, "SYS_RESOURCE"), (25, "SYS_TIME"), (27, "MKNOD"), (2, "DAC_READ_SEARCH"), (34, "SYSLOG"),
                     (38, "PERFMON"), (39, "BPF"), (40, "CHECKPOINT_RESTORE")):
    attempt(f"have {name}", lambda: [w for w in ("CapEff", "CapPrm", "CapBnd", "CapAmb") if bits(w) >> number & 1], ([],))
    attempt(f"raise {name} as ambient", lambda: call(PRCTL, 47, 2, number, 0, 0))
attempt("allow new privileges again", lambda: call(PRCTL, 38, 0, 0, 0, 0))
attempt("end the filter", lambda: call(PRCTL, 22, 0, 0, 0, 0))
attempt("listen on the filter from above", lambda: call(SECCOMP, 1, 1 << 3, ctypes.create_string_buffer(
    struct.pack("HxxxxxxQ", 1, ctypes.addressof(allow := ctypes.create_string_buffer(struct.pack("HBBI", 6, 0, 0, 0x7FFF0000)))))) and None)
with open("/proc/self/status") as status:
    text = status.read()
control("the filter is in place, and no new privileges", "Seccomp:\t2" in text and "NoNewPrivs:\t1" in text)
for user in (1, 1000, 65534, 0x70000000):
    def become():
        if os.fork() == 0:
            try:
                os.setuid(user)
                os._exit(0 if bits("CapEff") == 0 else 9)
            except OSError:
                os._exit(0)
        return os.waitstatus_to_exitcode(os.wait()[1]) or None
    attempt(f"keep powers as user {user}", become)
said("end")
