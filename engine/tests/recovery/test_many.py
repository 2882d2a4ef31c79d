"""Many that come back at once, as after a network was gone for all of them, each to something that was missed."""

import asyncio
import math
from statistics import median
from time import thread_time
from types import SimpleNamespace

import pytest

from engine.io import IO
from engine.limits import Limits
from engine.node import Node
from engine.tests.people import Access
from engine.tests.recovery.stock import Stock
from engine.tests.virtual import Loop

CLIENTS, MISSED, ROUNDS = 1000, 10, 5
pytestmark = pytest.mark.slow


class Accounts:
    """A token is its user's id."""

    async def authenticate(self, token):
        return Access(SimpleNamespace(id=token), "laptop", math.inf)

    async def ended(self):
        return []


class Crowd:
    """Clients over a network in memory, on a loop of their own."""

    def __init__(self):
        self.loop, self.io = Loop(), IO()
        self.do(self.begin)
        self.clients = [Stock(self.node.eio, f"user {number}") for number in range(CLIENTS)]

    def begin(self):
        self.node = self.io._first = Node(
            limits=Limits(), accounts=Accounts(), connection=self.connection, events=self.io.events, db=None, answers={}
        )

    async def connection(self, socket, user):
        await self.io.join(user.id, "everybody")

    def do(self, function, *arguments):
        """Call it in the loop, and let happen what then can."""

        async def call():
            answer = function(*arguments)
            if asyncio.iscoroutine(answer):
                await answer

        self.loop.run_until_complete(call())
        self.loop.settle()

    def come(self) -> float:
        """All connect, and read what they get; returns what that took of the processor, the reading left out."""
        began = thread_time()
        self.do(lambda: [client.come() for client in self.clients])
        spent = thread_time() - began
        self.do(lambda: [client.read() for client in self.clients])
        assert all(client.connected for client in self.clients)
        return spent

    def go(self):
        """All are lost, and miss something."""
        self.do(lambda: [client.cut(True) for client in self.clients])
        for number in range(MISSED):
            self.do(self.io.send, "everybody", "news", number)

    def end(self):
        self.do(self.node.drain, 0)
        self.loop.close()


@pytest.fixture
def crowd():
    crowd = Crowd()
    yield crowd
    crowd.end()
    asyncio.set_event_loop(None)


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
    assert median(back) < 2 * median(plain)
