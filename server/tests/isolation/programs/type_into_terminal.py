"""Types into a terminal as if its user did."""
import fcntl, pty, termios
TIOCLINUX = 0x541C
leader, follower = pty.openpty()
for name, descriptor in (("its own", follower), ("the leading side", leader)):
    attempt(f"type into {name}", lambda: fcntl.ioctl(descriptor, termios.TIOCSTI, b"x") and "typed")
    attempt(f"paste into {name}", lambda: fcntl.ioctl(descriptor, TIOCLINUX, b"\x03") and "pasted")
    attempt(f"type by a request of more bits into {name}",
            lambda: call(16 if os.uname().machine == "x86_64" else 29, descriptor, 0x100000000 | termios.TIOCSTI, ctypes.c_char_p(b"x")))
attempt("open the host's terminal", lambda: os.open("/dev/tty", os.O_RDWR))
attempt("open terminals of others", lambda: [name for name in os.listdir("/dev/pts") if name.isdigit() and int(name) > 1], ([],))
os.write(leader, b"typed\n")
control("its own terminal works", os.read(follower, 10) == b"typed\n")
said("end")
