"""Keeps the C library from holding memory that nobody uses. Knows glibc's malloc; does nothing where there is another."""

from __future__ import annotations

import ctypes
import sys

ARENAS = 2
"""Heaps for all threads together; glibc would make eight a core."""
_M_ARENA_MAX = -8


def _glibc() -> ctypes.CDLL | None:
    if not sys.platform.startswith("linux"):
        return None
    library = ctypes.CDLL(None)
    return library if hasattr(library, "mallopt") and hasattr(library, "malloc_trim") else None


def frugal() -> None:
    """Call it before threads begin."""
    library = _glibc()
    if library is not None:
        library.mallopt(_M_ARENA_MAX, ARENAS)


def give_back() -> None:
    """Returns free memory to the system: after models are loaded, and after a turn. Takes some milliseconds."""
    library = _glibc()
    if library is not None:
        library.malloc_trim(0)
