"""Keeping the garbage collector's pauses short, however many clients there are."""

import asyncio
import gc

SESSIONS_A_LOOK = 500


class Garbage:
    """Has the collector look at what is new after every so many sessions, and then leave it alone (`gc.freeze`).

    Left to itself it looks at everything that every client holds, for a tenth of a second with 6000 of them, in which
    nobody is served. What the engine holds for a WebSocket is freed without it (no reference cycles). For what else
    was left in cycles it looks at everything once many more sessions have ended than are there.
    """

    def __init__(self):
        self.opened = self.ended = 0

    def session_opened(self) -> None:
        """Count a new session."""
        self.opened += 1
        if self.opened % SESSIONS_A_LOOK == 0:
            asyncio.get_running_loop().call_soon(self.look)

    def session_ended(self, living: int) -> None:
        """Count the end of one; `living` is how many there are."""
        self.ended += 1
        if self.ended > 4 * living + SESSIONS_A_LOOK:
            self.ended = 0
            asyncio.get_running_loop().call_soon(self.look_at_everything)

    def look(self) -> None:
        """Free what is garbage by now among what is new."""
        gc.collect()
        gc.freeze()

    def look_at_everything(self) -> None:
        """Free what is garbage by now."""
        gc.unfreeze()
        self.look()
