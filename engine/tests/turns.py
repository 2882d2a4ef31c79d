"""For how long the loop of this process thinks at a stretch while all others wait, and for how long it waits."""

import asyncio
import time
from pathlib import Path

SCHEDULE = Path("/proc/thread-self/schedstat")
A_PORTION = 0.25
"""Of all that is to do, what a turn takes at most that does a portion of it; a collector may have come into it."""


class Turns:
    """The turns of the loop from now on, in time of the CPU: busy neighbours don't count."""

    def __init__(self, look_seconds: float = 0):
        self.longest = self.total = 0.0
        self.watching = asyncio.ensure_future(self.watch(look_seconds))

    async def watch(self, look_seconds: float) -> None:
        while True:
            began = time.thread_time()
            await asyncio.sleep(look_seconds)
            turn = time.thread_time() - began
            self.longest, self.total = max(self.longest, turn), self.total + turn

    def take(self) -> float:
        """The longest since the last call, in seconds."""
        longest, self.longest = self.longest, 0.0
        return longest

    def stop(self) -> float:
        """The share that the longest has of all: 1 where everything was done in one go, on a machine however slow."""
        self.watching.cancel()
        return self.longest / self.total


def idle_seconds() -> float:
    """For how long this thread has had nothing to do: the difference of two is what it has waited in between.

    What it waited for is no CPU: busy neighbours don't count. On Linux; elsewhere it is the time itself.
    """
    ran, queued = map(int, SCHEDULE.read_text().split()[:2]) if SCHEDULE.exists() else (0, 0)
    return time.monotonic() - (ran + queued) / 1e9
