import ctypes, errno, os, socket, struct, sys

libc = ctypes.CDLL(None, use_errno=True)


def said(line):
    print(line, flush=True)


def attempt(what, action, harmless=()):
    """Says whether an action that must not succeed did. What is harmless it may answer."""
    try:
        got = action()
    except OSError as error:
        said(f"refused {what}: {errno.errorcode.get(error.errno, error)}")
        return
    if got is None or got in harmless:
        said(f"refused {what}: nothing came of it")
    else:
        said(f"ESCAPED {what}: {got!r}")


def control(what, holds):
    if not holds:
        sys.exit(f"the control failed: {what}")
    said(f"control {what}")


def call(number, *arguments):
    """A system call by its number; an error is an OSError."""
    ctypes.set_errno(0)
    # As wide as the machine's words: a plain int is passed as 32 bits.
    wide = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    returned = libc.syscall(ctypes.c_long(number), *wide)
    if returned == -1:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return f"returned {returned}"


def content(path):
    with open(path, "rb") as file:
        return file.read(200)


def read_of(path):
    return lambda: content(path)
