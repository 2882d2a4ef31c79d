"""Clients that connect again by themselves, as the stock client does, and keep what they have heard."""

import asyncio
import json
import random
import socket
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from itertools import pairwise
from typing import NamedTuple, Self

from engine.testing.websocket_client import WebSocketClient, client_frame, upgrade_request

PATH = "/socket.io/?EIO=4&transport=websocket"
ENTER_SECONDS = 60.0
SHORTEST_PAUSE_SECONDS, LONGEST_PAUSE_SECONDS = 1.0, 5.0
"""The stock client's own (`reconnectionDelay` and its maximum), which it varies by half."""


class Heard(NamedTuple):
    """An event, and when it came by time.monotonic()."""

    event: str
    arguments: list
    at: float


class News(NamedTuple):
    """What a node tells again and again: how manieth it is, when it was sent, and how long it took to come."""

    number: int
    sent: float
    seconds: float


class Life(WebSocketClient):
    """One connection of a resident. It ends itself when no ping comes in time."""

    def __init__(self, user: str, port: int):
        super().__init__(upgrade_request(PATH, port))
        loop = asyncio.get_running_loop()
        self.user, self.port = user, port
        self.entered, self.gone, self.entered_at = loop.create_future(), loop.create_future(), 0.0
        self.heard: list[Heard] = []
        self.asked: dict[int, tuple[float, asyncio.Future]] = {}
        self.acks: list[tuple[float, float]] = []
        """When each was asked for, and how long it took."""
        self.patience, self.deaf = 0.0, None

    def message(self, payload: bytes):
        if payload == b"2":
            self.transport.write(client_frame(b"3"))
            self.wait_for_ping()
        elif payload.startswith(b"42"):
            event, *arguments = json.loads(payload[2:])
            self.heard.append(Heard(event, arguments, time.monotonic()))
        elif payload.startswith(b"43"):
            number, _, answer = payload[2:].partition(b"[")
            sent, answered = self.asked.pop(int(number))
            self.acks.append((sent, time.monotonic() - sent))
            answered.set_result(json.loads(b"[" + answer))
        elif payload.startswith(b"0"):
            opened = json.loads(payload[1:])
            self.patience = (opened["pingInterval"] + opened["pingTimeout"]) / 1000
            self.wait_for_ping()
            self.transport.write(client_frame(b'40{"token":"%b"}' % self.user.encode()))
        elif payload.startswith(b"40"):
            self.entered_at = time.monotonic()
            self.entered.set_result(None)
        else:
            self.failed(AssertionError(repr(payload[:200])))

    def wait_for_ping(self):
        if self.deaf:
            self.deaf.cancel()
        self.deaf = asyncio.get_running_loop().call_later(self.patience, self.transport.abort)

    async def call(self, event: str, payload=None):
        """Emit an event and return its ack. Raises ConnectionError."""
        if self.gone.done():
            raise ConnectionError
        number, answered = len(self.acks) + len(self.asked), asyncio.get_running_loop().create_future()
        self.asked[number] = time.monotonic(), answered
        self.transport.write(client_frame(f"42{number}{json.dumps([event, payload])}".encode()))
        return next(iter(await answered), None)

    def news(self, name: str) -> list[News]:
        """What has come from the node of that name."""
        told = [(heard.arguments[0], heard.at) for heard in self.heard if heard.event == "news"]
        return [News(number, sent, at - sent) for (node, number, sent), at in told if node == name]

    def failed(self, error: Exception):
        self.transport.close()

    def connection_lost(self, error):
        if self.deaf:
            self.deaf.cancel()
        for future in (self.entered, *(answered for _, answered in self.asked.values())):
            if not future.done():
                future.set_exception(ConnectionError("lost"))
                future.exception()
        self.gone.set_result(None)


class Resident:
    """`ports(resident)` are the nodes to try, one after the other, as a balancer would do.

    It is `at` the last one that it tried. `lives` are all connections. It connects by `machine.socket()`.
    """

    def __init__(self, user: str, ports: Callable[[Self], Iterable[int]], machine=socket):
        self.user, self.ports, self.machine = user, ports, machine
        self.lives: list[Life] = []
        self.back, self.at = asyncio.Event(), 0
        self.task = asyncio.create_task(self.stay())

    async def stay(self):
        pause = SHORTEST_PAUSE_SECONDS
        while True:
            if life := await self.enter():
                self.lives.append(life)
                self.back.set()
                await asyncio.shield(life.gone)
                self.back.clear()
                self.at = 0
                pause = SHORTEST_PAUSE_SECONDS
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))
            pause = min(2 * pause, LONGEST_PAUSE_SECONDS)

    async def enter(self) -> Life | None:
        for port in self.ports(self):
            self.at, life = port, Life(self.user, port)
            with suppress(OSError, TimeoutError):
                async with asyncio.timeout(ENTER_SECONDS):
                    await self.connect(life)
                return life
            if life.transport:
                life.transport.abort()
        return None

    async def connect(self, life: Life):
        loop, connection = asyncio.get_running_loop(), self.machine.socket()
        try:
            connection.setblocking(False)
            await loop.sock_connect(connection, ("127.0.0.1", life.port))
        except BaseException:
            connection.close()
            raise
        await loop.create_connection(lambda: life, sock=connection)
        await life.entered

    @property
    def life(self) -> Life:
        return self.lives[-1]

    @property
    def here(self) -> bool:
        return self.back.is_set()

    @property
    def told(self) -> list[str]:
        """The codes of all that `closing` has said."""
        return [heard.arguments[0]["code"] for heard in self.heard("closing")]

    def heard(self, event: str) -> list[Heard]:
        """All events of that name, over all connections."""
        return [heard for life in self.lives for heard in life.heard if heard.event == event]

    async def call(self, event: str, payload=None):
        """Emit an event on the connection of the moment and return its ack."""
        await self.back.wait()
        return await self.life.call(event, payload)

    async def io(self, *form):
        """Have the node of this client make a call of `io`."""
        return await self.call("call", form)

    def leave(self):
        self.task.cancel()
        for life in self.lives:
            if life.transport:
                life.transport.abort()


async def all_in(residents: Sequence[Resident], seconds: float = 60) -> None:
    """Wait until each of them is connected."""
    async with asyncio.timeout(seconds):
        for resident in residents:
            await resident.back.wait()


async def hear(residents: list[Resident], name: str, since: float) -> bool:
    """Whether each of them has heard news of a node that are younger."""
    return all(news and news[-1].sent > since for news in (each.life.news(name) for each in residents))


def is_in_order(news: list[News]) -> bool:
    """Whether none came twice, or after younger ones."""
    return all(one.number < next.number for one, next in pairwise(news))
