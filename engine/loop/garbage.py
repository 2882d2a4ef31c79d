"""Keeping the garbage collector's pauses short, however many clients there are."""

import asyncio
import gc

LINKS_A_LOOK = 500
SPARE_OBJECTS = 50_000
NEW_OBJECTS = 20_000
"""How many make the collector look at them by itself: with its 700 it would do so again and again in any burst."""


class Garbage:
    """Has the collector look at what is new after every so many links, and then leave it alone (`gc.freeze`).

    Left to itself it looks at everything that every client holds, for a tenth of a second with 6000 of them, in which
    nobody is served. What the engine holds for a WebSocket is freed without it, since there are no cycles in it. For
    the cycles of others it looks at everything once what it leaves alone has doubled.
    """

    def __init__(self):
        self.opened, self.bearable = 0, 0
        gc.set_threshold(NEW_OBJECTS, 20, 20)

    def link_opened(self) -> None:
        """Count a new link."""
        self.opened += 1
        if self.opened % LINKS_A_LOOK == 0:
            asyncio.get_running_loop().call_soon(self.look)

    def look(self) -> None:
        """Free what is garbage by now."""
        if self.bearable and gc.get_freeze_count() > self.bearable:
            gc.unfreeze()
            self.bearable = 0
        gc.collect()
        gc.freeze()
        if not self.bearable:
            self.bearable = 2 * gc.get_freeze_count() + SPARE_OBJECTS
