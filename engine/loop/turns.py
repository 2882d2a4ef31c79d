"""Clients that send much at once are read by turns, one portion a turn of the loop."""

import asyncio
from collections import deque
from typing import Protocol


class Reader(Protocol):
    """What has more to read."""

    def go_on(self) -> None:
        """Read a portion of it."""
        ...


class Turns:
    """Holds the WebSockets that have more to be read than one turn of the loop allows."""

    def __init__(self):
        self.waiting: deque[Reader] = deque()

    def add(self, websocket: Reader) -> None:
        """Have `websocket.go_on()` called, once those before it had their turn."""
        if not self.waiting:
            asyncio.get_running_loop().call_soon(self.read)
        self.waiting.append(websocket)

    def read(self) -> None:
        """Let the next one go on; it may want to come again."""
        try:
            self.waiting[0].go_on()
        finally:
            self.waiting.popleft()
            if self.waiting:
                asyncio.get_running_loop().call_soon(self.read)
