"""Makes the system calls that have been ways out of boxes before."""
x86 = os.uname().machine == "x86_64"
named = dict(io_uring_setup=425, io_uring_enter=426, io_uring_register=427, quotactl_fd=443)
named |= dict(add_key=248, request_key=249, keyctl=250, bpf=321, perf_event_open=298, userfaultfd=323, fanotify_init=300,
              fanotify_mark=301, quotactl=179, swapon=167, swapoff=168, acct=163, reboot=169, kexec_load=246,
              kexec_file_load=320, init_module=175, finit_module=313, delete_module=176, syslog=103, settimeofday=164,
              clock_settime=227, adjtimex=159, clock_adjtime=305, vhangup=153, lookup_dcookie=212, move_pages=279,
              migrate_pages=256, mbind=237, nfsservctl=180, iopl=172, ioperm=173, modify_ldt=154, open_by_handle_at=304) \
    if x86 else dict(add_key=217, request_key=218, keyctl=219, bpf=280, perf_event_open=241, userfaultfd=282,
                     fanotify_init=262, quotactl=60, swapon=224, swapoff=225, acct=89, reboot=142, kexec_load=104,
                     init_module=105, finit_module=273, delete_module=106, syslog=116, settimeofday=170,
                     clock_settime=112, adjtimex=171, clock_adjtime=266, vhangup=58, open_by_handle_at=265)
buffer = ctypes.create_string_buffer(256)
for name, number in named.items():
    for arguments in ((0, 0, 0, 0, 0, 0), (1, buffer, 1, 1, 1, 1), (-1, -1, -1, -1, -1, -1)):
        def make():
            try:
                return call(number, *arguments)
            except OSError as error:
                # The filter's own answer. Any other says that the kernel looked at the call.
                return None if error.errno == errno.EPERM else f"reached the kernel: {error}"
        attempt(f"{name}", make)
for name, number in (("bpf", 321 if x86 else 280), ("keyctl", 250 if x86 else 219)):
    for command in range(0, 36):
        attempt(f"{name} {command}", lambda: call(number, command, buffer, 128, 0, 0))
control("another call goes through", call(39 if x86 else 172) == f"returned {os.getpid()}")
said("end")
