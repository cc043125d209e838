"""Attaches memory and queues that the host shares by number."""
segment = int(sys.argv[1])
libc.shmat.restype = ctypes.c_void_p
def attach():
    ctypes.set_errno(0)
    if libc.shmat(segment, None, 0) in (None, ctypes.c_void_p(-1).value):
        raise OSError(ctypes.get_errno(), "shmat")
    return "attached"
attempt("attach the host's segment", attach)
attempt("see the host's segments", lambda: [line for line in open("/proc/sysvipc/shm")][1:], ([],))
attempt("see the host's queues", lambda: [line for line in open("/proc/sysvipc/msg")][1:], ([],))
attempt("see the host's semaphores", lambda: [line for line in open("/proc/sysvipc/sem")][1:], ([],))
own = libc.shmget(1234, 4096, 0o1600)
control("a segment of its own can be made", own >= 0)
libc.shmctl(own, 0, None)
said("end")
