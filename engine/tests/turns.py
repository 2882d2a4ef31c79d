"""For how long the loop of this process thinks at a stretch while all others wait, and for how long it waits."""

import asyncio
import gc
import time
from contextlib import suppress
from pathlib import Path

SCHEDULE = Path("/proc/thread-self/schedstat")
A_PORTION = 0.25
"""Of all that is to do, what a turn takes at most that does a portion of it."""


class Turns:
    """The turns of the loop from now on, in time of the CPU: busy neighbours don't count.

    Nor does the collector, which takes what all other tests have left for it, but where it is to: in a process alone.
    """

    def __init__(self, look_seconds: float = 0, collector: bool = False):
        self.longest = self.total = self.collecting = 0.0
        if not collector:
            gc.callbacks.append(self.collected)
        self.watching = asyncio.ensure_future(self.watch(look_seconds))

    async def watch(self, look_seconds: float) -> None:
        while True:
            began = self.now()
            await asyncio.sleep(look_seconds)
            turn = self.now() - began
            self.longest, self.total = max(self.longest, turn), self.total + turn

    def now(self) -> float:
        """The CPU time of this thread, without what the collector took."""
        return time.thread_time() - self.collecting

    def collected(self, phase: str, _) -> None:
        self.collecting += time.thread_time() if phase == "stop" else -time.thread_time()

    def take(self) -> float:
        """The longest since the last call, in seconds."""
        longest, self.longest = self.longest, 0.0
        return longest

    def stop(self) -> float:
        """The share that the longest has of all: 1 where everything was done in one go, on a machine however slow."""
        self.watching.cancel()
        with suppress(ValueError):
            gc.callbacks.remove(self.collected)
        return self.longest / self.total


def idle_seconds() -> float:
    """For how long this thread has had nothing to do: the difference of two is what it has waited in between.

    What it waited for is no CPU: busy neighbours don't count. On Linux; elsewhere it is the time itself.
    """
    ran, queued = map(int, SCHEDULE.read_text().split()[:2]) if SCHEDULE.exists() else (0, 0)
    return time.monotonic() - (ran + queued) / 1e9
