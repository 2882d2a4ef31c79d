"""The one timer of the engine: thousands of deadlines, one callback of the loop a tick."""

import asyncio

from engine.loop.portions import Portion

TICK_SECONDS = 0.05


class Wheel:
    """Calls `item.tick(now)` once its time has come, until that returns None.

    `tick(now: float) -> float | None` gets the loop's time in seconds and returns when it wants to be called next.
    An item has one deadline at a time and an attribute `slot`, None at first, which belongs to the wheel. Deadlines
    are met up to two ticks late, and a wheel with nothing to do has no timer.
    """

    def __init__(self):
        self.slots: dict[int, set] = {}
        self.timer = None
        self.position = 0

    def now(self) -> float:
        """The loop's time in seconds."""
        return asyncio.get_running_loop().time()

    def schedule(self, item, when: float) -> None:
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

    def cancel(self, item) -> None:
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

    def call(self, item, now: float) -> None:
        """Call one item. It may schedule and cancel itself and others meanwhile."""
        self.cancel(item)
        if (when := item.tick(now)) is not None:
            self.schedule(item, when)
