"""Clients that send much at once are read by turns, one portion a turn of the loop."""

import asyncio
from collections import deque


class Turns:
    """Holds the WebSockets that have more to be read than one turn of the loop allows."""

    def __init__(self):
        self.waiting = deque()

    def add(self, websocket) -> None:
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
