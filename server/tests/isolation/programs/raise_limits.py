"""Raises its limits and its priority over others."""
import resource
for name in ("RLIMIT_NPROC", "RLIMIT_DATA", "RLIMIT_NOFILE", "RLIMIT_CORE"):
    which = getattr(resource, name)
    soft, hard = resource.getrlimit(which)
    higher = hard + 1 if hard != resource.RLIM_INFINITY else None
    if higher is None:
        said(f"ESCAPED {name}: there is no limit")
        continue
    def raised():
        try:
            resource.setrlimit(which, (higher, higher))
        except ValueError:
            return None
        return "raised"
    attempt(f"raise {name}", raised)
own = int(open("/proc/self/oom_score_adj").read())
def spare():
    with open("/proc/self/oom_score_adj", "w") as file:
        file.write("-1000")
    return "spared"
attempt("be spared when memory ends", spare)
attempt("run before all others in real time", lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(50)) or "set")
attempt("go before others by a nice value", lambda: os.setpriority(os.PRIO_PROCESS, 0, -20) or "set")
for path in ("/proc/sys/kernel/pid_max", "/proc/sys/kernel/threads-max", "/proc/sys/vm/overcommit_memory",
             "/proc/sys/fs/file-max", "/proc/sys/vm/drop_caches"):
    attempt(f"write {path}", lambda: os.write(os.open(path, os.O_WRONLY), b"1") and "wrote")
resource.setrlimit(resource.RLIMIT_NOFILE, (100, 100))
control("a limit can be lowered", resource.getrlimit(resource.RLIMIT_NOFILE) == (100, 100))
control("boxes end before other processes of the machine when memory does", own > 0)
said("end")
