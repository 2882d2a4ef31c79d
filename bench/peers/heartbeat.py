"""How long the event loop was held: a timer that should fire every 5 ms notes how late it is."""

import asyncio
import time

INTERVAL = 0.005


class Heartbeat:
    """Between `start` and `stop` it keeps the longest delay."""

    def __init__(self):
        self.late = 0.0
        self.task = None

    def start(self):
        self.late = 0.0
        self.task = asyncio.get_running_loop().create_task(self.beat())

    async def beat(self):
        while True:
            expected = time.monotonic() + INTERVAL
            await asyncio.sleep(INTERVAL)
            self.late = max(self.late, time.monotonic() - expected)

    def stop(self) -> float:
        """The longest delay in milliseconds."""
        self.task.cancel()
        return self.late * 1000
