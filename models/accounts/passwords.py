"""Password hashing with argon2id, off the event loop, in a pool that takes only so much at once."""

import asyncio
import os
import sys
import unicodedata
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import BoundedSemaphore

import argon2

from models.accounts.errors import TooBusy

# OWASP's Password Storage Cheat Sheet: 19 MiB, two passes, one lane; about 25 ms of a core.
hasher = argon2.PasswordHasher(memory_cost=19456, time_cost=2, parallelism=1)

# Hashing is native code that runs beside the event loop: leave the loop a core where there are two.
WORKERS = max(1, min(4, (os.cpu_count() or 1) // 2))
# Whoever comes when this many wait would wait for seconds: better told at once.
LONGEST_QUEUE = 128
# How much nicer (nice(2)) the threads are than the event loop: of a core that they share it gets nine tenths.
STEPS_BACK = 10


def step_back():
    """Has this thread let others go first, above all the event loop where the two share a core."""
    # Only on Linux has each thread a priority of its own.
    if sys.platform == "linux":
        os.nice(STEPS_BACK)


class Pool:
    """`workers` threads, started by the first call, and at most `waiting` calls more; a further one raises TooBusy."""

    def __init__(self, workers: int, waiting: int):
        self._threads = ThreadPoolExecutor(workers, "passwords", initializer=step_back)
        self._places = BoundedSemaphore(workers + waiting)

    async def run(self, function: Callable, *args):
        """Returns what `function(*args)` returns, run in a thread."""
        if not self._places.acquire(blocking=False):
            raise TooBusy
        job = self._threads.submit(function, *args)
        # The job gives its place back, not the caller, who may have gone away meanwhile.
        job.add_done_callback(lambda _: self._places.release())
        return await asyncio.wrap_future(job)


pool = Pool(WORKERS, LONGEST_QUEUE)


async def hashed(password: str) -> str:
    """The hash to keep of a password. Raises TooBusy."""
    return await pool.run(hasher.hash, _bytes(password))


async def matches(password: str, kept: str | None) -> bool:
    """Whether `kept` is a hash of `password`; None, of an unknown user, takes as long to deny. Raises TooBusy."""
    if kept is None:
        await hashed(password)
        return False
    try:
        return await pool.run(hasher.verify, kept, _bytes(password))
    except argon2.exceptions.VerifyMismatchError:
        return False


def outdated(kept: str) -> bool:
    """Whether `kept` was made with other parameters than today's."""
    return hasher.check_needs_rehash(kept)


def _bytes(password: str) -> bytes:
    """The same bytes from any keyboard: NFC, as in RFC 8265's OpaqueString. NUL is a character like others."""
    return unicodedata.normalize("NFC", password).encode()
