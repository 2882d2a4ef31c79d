"""The one timer of the engine: thousands of deadlines, one callback of the loop a tick."""

import asyncio
from typing import Protocol

from engine.loop.portions import Portion

TICK_SECONDS = 0.05


class Item(Protocol):
    """What has a deadline, one at a time. `slot` is None at first, and belongs to the wheel."""

    slot: int | None

    def tick(self, now: float) -> float | None:
        """Get the loop's time in seconds; return when to be called next."""
        ...


class Wheel:
    """Calls `item.tick(now)` once its time has come, until that returns None.

    Deadlines are met up to two ticks late, and a wheel with nothing to do has no timer.
    """

    def __init__(self):
        self.slots: dict[int, set[Item]] = {}
        self.timer: asyncio.TimerHandle | None = None
        self.position = 0

    def now(self) -> float:
        """The loop's time in seconds."""
        return asyncio.get_running_loop().time()

    def schedule(self, item: Item, when: float) -> None:
        """Call the item at `when` (the loop's time), instead of when it was to be called before."""
        loop = asyncio.get_running_loop()
        if self.timer is None:
            self.position = int(loop.time() / TICK_SECONDS)
            self.timer = loop.call_later(TICK_SECONDS, self.turn)
        slot = int(max(when, loop.time()) / TICK_SECONDS) + 1
        if slot != item.slot:
            self.cancel(item)
            self.slots.setdefault(slot, set()).add(item)
            item.slot = slot

    def cancel(self, item: Item) -> None:
        """Forget the item's deadline."""
        if item.slot is not None:
            items = self.slots[item.slot]
            items.discard(item)
            if not items:
                del self.slots[item.slot]
            item.slot = None

    def turn(self) -> None:
        """Call what is due, for a while; what is left comes right after others had their turn."""
        loop, portion = asyncio.get_running_loop(), Portion()
        now = loop.time()
        try:
            while self.position < int(now / TICK_SECONDS):
                slot = self.position + 1
                while items := self.slots.get(slot):
                    if portion.over:
                        return
                    self.call(next(iter(items)), now)
                self.position = slot
        finally:
            pause = 0 if self.position < int(now / TICK_SECONDS) else TICK_SECONDS
            self.timer = loop.call_later(pause, self.turn) if self.slots else None

    def call(self, item: Item, now: float) -> None:
        """Call one item. It may schedule and cancel itself and others meanwhile."""
        self.cancel(item)
        if (when := item.tick(now)) is not None:
            self.schedule(item, when)
