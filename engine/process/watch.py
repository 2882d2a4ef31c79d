"""Whether a process answers, as it does while nothing blocks its loop."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress

ASK_SECONDS = 1.0
SILENT_TURNS = 30
"""So many turns of asking without an answer are a silence. They are turns of this loop, so that the time for which a
machine sleeps, or stops all that runs on it, is one."""


class Watch:
    """Asks the other end of a `lifeline`, once that has spoken first, which gives back what it is sent.

    `became(True)` is called whenever it is heard, and `became(False)` when it has fallen silent.
    """

    def __init__(self, lifeline: socket.socket, became: Callable[[bool], None]):
        self.lifeline, self.became, self.unanswered = lifeline, became, 0

    async def keep(self) -> None:
        """Watch it until its end."""
        loop = asyncio.get_running_loop()
        asking: asyncio.Task[None] | None = None
        try:
            with suppress(OSError):
                while await loop.sock_recv(self.lifeline, 1):
                    self.unanswered = 0
                    self.became(True)
                    asking = asking or loop.create_task(self._ask())
        finally:
            if asking:
                asking.cancel()

    async def _ask(self) -> None:
        while True:
            await asyncio.sleep(ASK_SECONDS)
            if not self.unanswered:
                try:
                    self.lifeline.send(b"?")
                except OSError:  # it has ended, or was told to
                    return
            self.unanswered += 1
            if self.unanswered == SILENT_TURNS:
                self.became(False)
