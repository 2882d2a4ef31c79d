"""Many that come back at once, as after a network was gone for all of them, each to something that was missed."""

import asyncio
import math
from functools import partial
from itertools import cycle
from statistics import median
from time import thread_time
from typing import NamedTuple

import pytest

from engine.backplane.redis.backplane import RedisBackplane
from engine.io import IO
from engine.limits import Limits
from engine.node import Node
from engine.testing.redis_server import RedisServer
from engine.tests.people import Access, Person
from engine.tests.recovery.stock import Stock
from engine.tests.recovery.virtual_redis import RedisLoop, VirtualRedis

CLIENTS, MISSED, ROUNDS = 1000, 10, 5
pytestmark = pytest.mark.slow


class Cost(NamedTuple):
    """Seconds of the processor that nodes took, and Redis."""

    nodes: float
    redis: float


class Accounts:
    """A token is its user's id."""

    async def authenticate(self, token):
        return Access(Person(token), "laptop", math.inf)

    async def ended(self):
        return []


class Crowd:
    """Clients over a network in memory, on a loop of their own: of a node, or of two with a Redis by turns."""

    def __init__(self, server: RedisServer | None):
        self.loop, self.io, self.server = RedisLoop(), IO(), server
        asyncio.set_event_loop(self.loop)
        self.loop.redis = VirtualRedis(server) if server else None
        self.do(self.begin)
        self.clients = [Stock(self.nodes[0].eio, f"user {number}") for number in range(CLIENTS)]
        self.turns = cycle(self.nodes)

    async def begin(self):
        self.nodes = [self.node() for _ in range(2 if self.server else 1)]
        self.io._first = self.nodes[0]
        for node in self.nodes:
            await node.backplane.start()

    def node(self) -> Node:
        place = {"address": self.loop.redis, "prefix": "crowd", "user_type": Person}
        options = {"backplane": partial(RedisBackplane, **place)} if self.server else {}
        return Node(
            limits=Limits(), accounts=Accounts(), connection=self.connection, events=self.io.events, db=None,
            answers={}, **options,
        )  # fmt: skip

    async def connection(self, socket, user):
        await self.io.join(user.id, "everybody")

    def do(self, function, *arguments):
        """Call it in the loop, and let happen what then can."""

        async def call():
            answer = function(*arguments)
            if asyncio.iscoroutine(answer):
                await answer

        self.loop.complete(call())

    def spent(self) -> Cost:
        """By now."""
        cpu = self.loop.redis.control.info("cpu") if self.loop.redis else {}
        return Cost(thread_time(), cpu.get("used_cpu_user", 0.0) + cpu.get("used_cpu_sys", 0.0))

    def come(self) -> Cost:
        """All connect to the next node, and read what they get; returns what that took, the reading left out."""
        node = next(self.turns)
        for client in self.clients:
            client.eio = node.eio
        before = self.spent()
        self.do(lambda: [client.come() for client in self.clients])
        after = self.spent()
        self.do(lambda: [client.read() for client in self.clients])
        assert all(client.connected for client in self.clients)
        return Cost(after.nodes - before.nodes, after.redis - before.redis)

    def go(self):
        """All are lost, and miss something."""
        self.do(lambda: [client.cut(True) for client in self.clients])
        for number in range(MISSED):
            self.do(self.io.send, "everybody", "news", number)

    def end(self):
        for node in self.nodes:
            self.do(node.drain, 0)
            self.do(node.backplane.stop)
        if self.loop.redis:
            self.loop.redis.close()
        self.loop.close()
        asyncio.set_event_loop(None)


@pytest.fixture(params=[1, 2], ids=["one node", "two nodes"])
def crowd(request):
    crowd = Crowd(request.getfixturevalue("redis") if request.param == 2 else None)
    yield crowd
    crowd.end()


def test_coming_back_costs_little_more_than_coming(crowd):
    plain, back = [], []
    for _ in range(ROUNDS):
        for client in crowd.clients:
            client.pid = client.offset = None
        plain.append(crowd.come())
        crowd.go()
        back.append(crowd.come())
        assert all(client.recovered and client.news[-MISSED:] == [*range(MISSED)] for client in crowd.clients)
        crowd.do(lambda: [client.cut(True) for client in crowd.clients])
    for most, cost in (2, lambda each: each.nodes + each.redis), (4, lambda each: each.redis):
        assert median(map(cost, back)) <= most * median(map(cost, plain))
