"""Opens files by handles that it makes up, as boxes' way out have been before."""
AT_FDCWD, NAME_TO_HANDLE_AT, OPEN_BY_HANDLE_AT = -100, 303, 304
if os.uname().machine == "aarch64":
    NAME_TO_HANDLE_AT, OPEN_BY_HANDLE_AT = 264, 265
root = os.open("/", os.O_RDONLY)
for kind in (1, 2, 0x81, 0xfb):
    for inode in (2, 128, 256):
        handle = ctypes.create_string_buffer(struct.pack("IiII", 8, kind, inode, 0) + bytes(120))
        attempt(f"open inode {inode} by a handle of kind {kind}",
                lambda: call(OPEN_BY_HANDLE_AT, root, handle, os.O_RDONLY))
control("the folder that the handles hang on is open", os.fstat(root).st_ino > 0)
said("end")
