"""Holding the loop for a few milliseconds at a time, however much there is to do."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from typing import TypeVar

PORTION_SECONDS = 0.01

T = TypeVar("T")


class Portion:
    """What one thing may do before others get their turn: so many seconds, from now on."""

    __slots__ = ("clock", "end")

    def __init__(self, seconds: float = PORTION_SECONDS):
        self.clock = asyncio.get_running_loop().time
        self.end = self.clock() + seconds

    @property
    def over(self) -> bool:
        """Whether the time is up."""
        return self.clock() > self.end


async def in_portions(items: Iterable[T]) -> AsyncIterator[T]:
    """Give one item after the other; between portions others get their turn."""
    portion = Portion()
    for item in items:
        yield item
        if portion.over:
            await asyncio.sleep(0)
            portion = Portion()


class Gradually:
    """Makes calls in the order in which they came, a portion a turn of the loop."""

    def __init__(self):
        self.waiting: deque[Callable[[], None]] = deque()

    def add(self, call: Callable[[], None]) -> None:
        """Have `call()` made soon."""
        if not self.waiting:
            asyncio.get_running_loop().call_soon(self.work)
        self.waiting.append(call)

    def work(self) -> None:
        """Make the calls of one portion. One that raises costs nobody else theirs."""
        portion = Portion()
        try:
            while self.waiting and not portion.over:
                self.waiting.popleft()()
        finally:
            if self.waiting:
                asyncio.get_running_loop().call_later(0, self.work)
