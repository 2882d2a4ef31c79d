"""A node and its crowd: what they hear of their own node, and how fast they are answered."""

import asyncio
import random
import statistics
from collections import defaultdict
from contextlib import suppress

from tornado.httpclient import AsyncHTTPClient

from engine.testing.network import Cable
from engine.tests.nodes.node_process import NodeProcess
from engine.tests.nodes.residents import Life, News, Resident
from engine.tests.transport.crowd import percentile

PAUSE_SECONDS = 0.2


class Place:
    """The crowd asks for acks, and somebody by HTTP, from `open` to `close`; `codes` are the answers' status codes."""

    def __init__(self, name: str, node: NodeProcess, crowd: list[Resident], cable: Cable | None = None):
        self.name, self.node, self.crowd, self.cable = name, node, crowd, cable
        self.codes: list[int] = []
        self.tasks: list[asyncio.Task] = []

    def open(self):
        self.tasks = [asyncio.create_task(self.ask(each)) for each in self.crowd]
        self.tasks.append(asyncio.create_task(self.request()))

    async def ask(self, resident: Resident):
        while True:
            await asyncio.sleep(PAUSE_SECONDS * random.uniform(0.8, 1.2))
            with suppress(ConnectionError):
                await resident.call("echo")

    async def request(self):
        client = AsyncHTTPClient(force_instance=True)
        while True:
            for path in ("/seats", "/healthz"):
                url = f"http://127.0.0.1:{self.node.port}{path}"
                self.codes.append((await client.fetch(url, raise_error=False)).code)
            await asyncio.sleep(PAUSE_SECONDS)

    async def close(self):
        for task in self.tasks:
            task.cancel()
        await asyncio.wait(self.tasks)

    @property
    def lives(self) -> list[Life]:
        return [life for each in self.crowd for life in each.lives]

    def slowest_acks(self) -> float:
        """The 99th percentile of how long acks took, in seconds.

        It is that of each second, and of these the median: a neighbour on the machine may spoil some.
        """
        seconds = defaultdict(list)
        for sent, delay in (ack for life in self.lives for ack in life.acks):
            seconds[int(sent)].append(delay)
        return statistics.median(percentile(sorted(delays), 0.99) for delays in seconds.values())

    @property
    def own(self) -> list[list[News]]:
        """What the crowd has heard of its own node, a list for each connection."""
        return [life.news(self.name) for life in self.lives]

    @property
    def waits(self) -> list[float]:
        """How long it took to come, sorted."""
        return sorted(news.seconds for told in self.own for news in told)
