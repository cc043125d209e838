"""Runs in a box: performs a list of operations on trees, or describes them.

Operations come as JSON, one list each, paths and contents in base64. For each one line is printed:
0, or the number of the error. Described is everything that a snapshot must keep, in a fixed order.
"""

import base64
import json
import os
import shutil
import stat
import sys
import time
import zlib

ROOTS = [b"/workspace/home/tree", b"/usr/local/tree"]


def decode(text):
    return base64.b64decode(text)


def place(text):
    root, _, rest = decode(text).partition(b"/")
    return os.path.join(ROOTS[int(root)], rest)


def write(path, content, flags):
    fd = os.open(place(path), os.O_WRONLY | flags, 0o644)
    os.write(fd, decode(content))
    os.close(fd)


def write_at(path, offset, content):
    fd = os.open(place(path), os.O_WRONLY)
    os.pwrite(fd, decode(content), offset)
    os.close(fd)


OPERATIONS = {
    "write": lambda path, content: write(path, content, os.O_CREAT | os.O_TRUNC),
    "append": lambda path, content: write(path, content, os.O_APPEND),
    "write_at": write_at,
    "truncate": lambda path, size: os.truncate(place(path), size),
    "mkdir": lambda path: os.mkdir(place(path), 0o755),
    "fifo": lambda path: os.mkfifo(place(path), 0o644),
    "symlink": lambda path, target: os.symlink(decode(target), place(path)),
    "link": lambda source, path: os.link(place(source), place(path)),
    "rename": lambda source, path: os.rename(place(source), place(path)),
    "unlink": lambda path: os.unlink(place(path)),
    "rmtree": lambda path: shutil.rmtree(place(path)),
    "chmod": lambda path, mode: os.chmod(place(path), mode),
    "utime": lambda path, ns: os.utime(place(path), ns=(ns, ns)),
    "setxattr": lambda path, name, value: os.setxattr(place(path), name, decode(value)),
    "removexattr": lambda path, name: os.removexattr(place(path), name),
}


def perform(operations, pause):
    for operation in operations:
        try:
            OPERATIONS[operation[0]](*operation[1:])
            print(0)
        except OSError as error:
            print(error.errno)
        if pause:
            time.sleep(pause)


def encode(data):
    return base64.b64encode(data).decode()


def crc(path):
    total = 0
    with open(path, "rb") as file:
        while data := file.read(1 << 20):
            total = zlib.crc32(data, total)
    return total


def describe(path, shown, first_names):
    info = os.lstat(path)
    kind = stat.S_IFMT(info.st_mode)
    entry = {
        "path": encode(shown),
        "mode": info.st_mode,
        "owner": [info.st_uid, info.st_gid],
        "mtime": info.st_mtime_ns,
    }
    if kind == stat.S_IFREG:
        entry["size"] = info.st_size
        entry["crc"] = crc(path)
        if info.st_size >= 1 << 17:
            entry["sparse"] = info.st_blocks * 512 < info.st_size // 2
    if kind != stat.S_IFDIR:
        entry["same_as"] = encode(first_names.setdefault((info.st_dev, info.st_ino), shown))
    if kind == stat.S_IFLNK:
        entry["target"] = encode(os.readlink(path))
    if kind in (stat.S_IFREG, stat.S_IFDIR):
        names = sorted(os.listxattr(path))
        entry["xattrs"] = {name: encode(os.getxattr(path, name)) for name in names}
    print(json.dumps(entry, sort_keys=True))
    if kind == stat.S_IFDIR:
        for name in sorted(os.listdir(path)):
            describe(os.path.join(path, name), shown + b"/" + name, first_names)


if sys.argv[1] == "describe":
    for number, root in enumerate(ROOTS):
        describe(root, str(number).encode(), {})
else:
    perform(json.loads(sys.argv[2]), float(sys.argv[1]))
