"""A process that can read nothing but what it was handed: enforced by the kernel where it has Landlock, by the interpreter everywhere.
Knows paths; not what they hold, nor who learns.

Landlock (Linux 5.13) needs no root and cannot be undone: files outside the list cannot be opened, other processes cannot be traced or read,
no TCP. The audit hook does the same for Python's own doors, and forbids starting programs. Limits: where there is no Landlock, native
code in the process is not held.
"""

from __future__ import annotations

import ctypes
import os
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

_CREATE, _ADD, _RESTRICT = 444, 445, 446
_NO_NEW_PRIVS = 38
_READ = (1 << 0) | (1 << 2) | (1 << 3)
"""Execute, read a file, list a folder."""
_LIST = 1 << 3
_FILE_ONLY = (1 << 0) | (1 << 1) | (1 << 2) | (1 << 14) | (1 << 15)
_FORBIDDEN = ("subprocess.Popen", "os.exec", "os.posix_spawn", "os.fork", "os.forkpty", "os.system", "socket.connect", "pty.spawn")


class _Ruleset(ctypes.Structure):
    _fields_ = (("fs", ctypes.c_uint64), ("net", ctypes.c_uint64), ("scoped", ctypes.c_uint64))


class _Beneath(ctypes.Structure):
    _pack_ = 1
    _layout_ = "ms"
    _fields_ = (("allowed", ctypes.c_uint64), ("parent", ctypes.c_int32))


def confine(readable: Iterable[Path], writable: Iterable[Path], listed: Iterable[Path] = ()) -> str:
    """From now on this process opens nothing else; of folders in `listed` it sees the names.

    Returns who sees to it: kernel or interpreter.
    """
    can_read, can_write, can_list = ([p.resolve() for p in paths if p.exists()] for paths in (readable, writable, listed))
    kept = _landlock(can_read, can_write, can_list)
    _audit((*can_read, *can_write), can_list)
    return "kernel" if kept else "interpreter"


def _landlock(readable: list[Path], writable: list[Path], listed: list[Path]) -> bool:
    if not sys.platform.startswith("linux"):
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    abi = libc.syscall(_CREATE, None, ctypes.c_size_t(0), ctypes.c_uint32(1))
    if abi < 1:
        return False
    every = (1 << (13, 14, 15, 15, 16)[min(abi, 5) - 1]) - 1
    rules = _Ruleset(every, 3 if abi >= 4 else 0, 3 if abi >= 6 else 0)
    size = 8 if abi < 4 else 16 if abi < 6 else 24
    ruleset = libc.syscall(_CREATE, ctypes.byref(rules), ctypes.c_size_t(size), ctypes.c_uint32(0))
    if ruleset < 0:
        return False
    for paths, rights in ((readable, _READ), (writable, every), (listed, _LIST)):
        for path in paths:
            fd = os.open(path, os.O_PATH | os.O_CLOEXEC)
            allowed = rights if path.is_dir() else rights & _FILE_ONLY & every
            rule = _Beneath(allowed & every, fd)
            if libc.syscall(_ADD, ruleset, ctypes.c_int(1), ctypes.byref(rule), ctypes.c_uint32(0)) != 0:
                raise OSError(ctypes.get_errno(), "landlock_add_rule", str(path))
            os.close(fd)
    if libc.prctl(_NO_NEW_PRIVS, 1, 0, 0, 0) != 0 or libc.syscall(_RESTRICT, ruleset, ctypes.c_uint32(0)) != 0:
        raise OSError(ctypes.get_errno(), "landlock_restrict_self")
    os.close(ruleset)
    return True


def _audit(allowed: tuple[Path, ...], listed: list[Path]) -> None:
    roots = tuple(str(p) for p in allowed)
    names = frozenset(str(p) for p in listed)

    def inside(path: Any) -> bool:
        if isinstance(path, int) or path is None:
            return True
        name = os.path.realpath(os.fsdecode(path).removeprefix("file:").split("?")[0])
        return any(name == root or name.startswith(root + os.sep) for root in roots)

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in ("open", "os.listdir", "os.scandir", "os.chdir", "os.link", "os.symlink", "os.rename", "sqlite3.connect"):
            if event in ("os.listdir", "os.scandir") and os.path.realpath(os.fspath(args[0] or ".")) in names:
                return
            if not inside(args[0]) and args[0] != ":memory:":
                raise PermissionError(f"{args[0]} is none of the learner's business")
        elif event in _FORBIDDEN:
            raise PermissionError(f"{event} is none of the learner's business")

    sys.addaudithook(hook)
