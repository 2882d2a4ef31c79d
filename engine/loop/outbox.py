"""What is sent within one turn of the loop leaves in one write a socket."""

import asyncio
from typing import Protocol

SOCKETS_A_TURN = 1000
"""Enough that the loop's own work does not count, few enough that nobody waits long for a large room."""


class Flushable(Protocol):
    """What has something to send."""

    def flush(self) -> None:
        """Write what is pending."""
        ...


class Outbox:
    """Collects the WebSockets that have something to send and flushes them at the end of the loop's turn."""

    def __init__(self):
        self.waiting: list[Flushable] = []

    def add(self, websocket: Flushable) -> None:
        """Have `websocket.flush()` called soon."""
        if not self.waiting:
            asyncio.get_running_loop().call_soon(self.flush)
        self.waiting.append(websocket)

    def flush(self) -> None:
        """Write what has collected; a large room is written in several turns, so that others get theirs."""
        now, self.waiting = iter(self.waiting[:SOCKETS_A_TURN]), self.waiting[SOCKETS_A_TURN:]
        try:
            for websocket in now:
                websocket.flush()
        finally:
            # One that fails costs nobody else what they wait for.
            self.waiting.extend(now)
            if self.waiting:
                asyncio.get_running_loop().call_soon(self.flush)
