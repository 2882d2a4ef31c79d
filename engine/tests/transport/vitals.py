"""What a server process holds: on Linux, with glibc."""

import ctypes


class Malloc(ctypes.Structure):
    """`struct mallinfo2` (mallinfo(3))."""

    names = "arena ordblks smblks hblks hblkhd usmblks fsmblks uordblks fordblks keepcost"
    _fields_ = [(name, ctypes.c_size_t) for name in names.split()]


libc = ctypes.CDLL(None)
libc.mallinfo2.restype = Malloc


def held_bytes() -> int:
    """What is allocated now; the resident size counts what the allocator keeps of what was freed as well.

    Python's objects are among it only if it takes them from there: PYTHONMALLOC=malloc.
    """
    malloc = libc.mallinfo2()
    return malloc.uordblks + malloc.hblkhd
