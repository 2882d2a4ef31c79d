"""What a server process holds and how long it thinks: on Linux, with glibc."""

import asyncio
import ctypes
import time

LOOK_SECONDS = 0.01


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


class Turns:
    """How long the loop thinks at a stretch while the others wait: in time of the CPU, whoever else wants it."""

    def __init__(self):
        self.longest = 0.0

    async def watch(self) -> None:
        """Look on, for ever."""
        while True:
            began = time.thread_time()
            await asyncio.sleep(LOOK_SECONDS)
            self.longest = max(self.longest, time.thread_time() - began)

    def take(self) -> float:
        """The longest since the last call, in seconds."""
        longest, self.longest = self.longest, 0.0
        return longest
