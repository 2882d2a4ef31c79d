"""The short way of reading an event and the long one come to the same: answers, handlers, closings, budget."""

import asyncio
import itertools
import logging
from contextlib import closing
from functools import partial

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from pydantic import BaseModel

from engine.io import IO
from engine.limits import Limits
from engine.node import Node
from engine.sockets.client import Client
from engine.testing.websocket_client import PING, client_frame
from engine.tests import people
from engine.tests.virtual import Loop, Peer
from engine.tests.wire.packets import packets
from engine.transport.handshake import Handshake
from engine.transport.input import Input
from engine.transport.upgrade import carry
from engine.transport.websocket import WebSocket

LIMITS = Limits(depth=4, events_per_second=5, events_waiting=3, recovery_seconds=0, unaccepted_message_bytes=2000)
BINARY = 2
ECHO = client_frame(b'421["echo","x"]')


class Form(BaseModel):
    to: str
    text: int = 0


class LongWay(WebSocket):
    """A WebSocket that has no short way."""

    data_received = Input.take


class Side:
    """A client that is connected to `/`, and what its handlers have got."""

    def __init__(self, kind: type[WebSocket]):
        self.loop, self.io, self.handled = Loop(), IO(), []
        self.do(self.begin, kind)
        self.do(lambda: self.peer.send('40{"token":"anna"}'))

    def begin(self, kind):
        for name in ("echo", "fail", "leave", "turn", "twice", "é", ""):
            self.io.on(name)(partial(self.handle, name))
        self.io.on("form", form=Form)(partial(self.handle, "form"))
        self.node = Node(
            limits=LIMITS, accounts=people.Accounts(), connection=self.handle_nothing, events=self.io.events, db=None,
            answers={},
        )  # fmt: skip
        ids = itertools.count()
        self.node.eio.generate_id = lambda: f"id{next(ids)}"
        self.node.server.on("echo", lambda sid, *payload: payload, namespace="/admin")
        self.peer = Peer(self.node.eio, partial(carry, self.node.eio, Handshake("127.0.0.1")), kind)
        self.link = self.peer.websocket.carried

    async def handle_nothing(self, socket, user):
        pass

    async def handle(self, name, socket, payload):
        self.handled.append((name, repr(payload)))
        if name == "fail":
            raise KeyError(name)
        if name == "leave":
            await socket.disconnect()
        if name == "turn":
            await asyncio.sleep(0)
        if name == "twice":
            await socket.send("once", payload)
        return payload

    def do(self, function, *arguments):
        """Call it within the loop, and let happen what comes of it."""

        async def call():
            function(*arguments)

        self.loop.run_until_complete(call())
        self.loop.settle()

    def take(self, step):
        """A chunk comes, or time passes."""
        if isinstance(step, bytes):
            if not self.peer.gone:
                self.do(self.peer.send_bytes, step)
        else:
            self.loop.advance(step)

    @property
    def all(self):
        """All that there is to see of it."""
        websocket, link = self.peer.websocket, self.link
        states = websocket.state, websocket.reading, link.state, link.ending, link.spent, self.peer.network.closing
        return [self.peer.network.received, self.handled, states, self.loop.wrong]

    def close(self):
        self.do(self.peer.reset)
        self.loop.close()


frames = packets.map(client_frame)
others = st.sampled_from(
    [client_frame(b"", PING), client_frame(b"x", BINARY), client_frame(b"x", 0), b"\xff", ECHO[:9]]
)
chunks = frames | frames | st.lists(frames | others, min_size=2, max_size=8).map(b"".join) | others
steps = st.lists(chunks | st.sampled_from([0.1, 3.0]), max_size=8)


@pytest.fixture(autouse=True)
def quiet():
    """Handlers fail on purpose."""
    logging.disable()
    yield
    logging.disable(logging.NOTSET)


@given(steps)
@example([ECHO] * 40)
@example([client_frame(b'421["leave"]'), ECHO])
@example([client_frame(b'42["echo","\xff"]'), ECHO])
@example([client_frame(b'451-["echo",{"_placeholder":true,"num":0}]'), ECHO])
@example([ECHO[:5], ECHO[5:], ECHO])
def test_both_ways_come_to_the_same(steps):
    with closing(Side(WebSocket)) as short, closing(Side(LongWay)) as long:
        for step in steps:
            short.take(step)
            long.take(step)
            assert short.all == long.all


def test_the_short_way_is_taken(monkeypatch):
    with closing(Side(WebSocket)) as side:
        monkeypatch.delattr(Client, "receive")
        side.take(ECHO)
        assert side.handled == [("echo", "'x'")]
