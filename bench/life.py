"""The life of one server in the benchmark: its clients, its control client, what was measured on it."""

import asyncio
from collections.abc import Callable, Iterator
from itertools import islice

from bench.plan import Plan
from bench.server import Server
from bench.socketio_client import SocketIOClient, event

AT_ONCE = 64


class Life:
    """What a scenario works with. `identities` yields (user id, token) of users who may log in."""

    def __init__(self, server: Server, identities: Iterator[tuple[str, str]], plan: Plan, peer: str):
        self.server, self.identities, self.plan, self.peer = server, identities, plan, peer
        self.measures_drop = True
        self.clients: list[SocketIOClient] = []
        self.control: SocketIOClient | None = None
        self.values: dict[str, float] = {}

    def record(self, figure: str, value: float):
        self.values[figure] = value

    async def begin(self):
        """The control client, and enough others that every code path has run once."""
        self.control = await self.connect_one(False)
        await self.connect(self.plan.warm)

    async def connect(self, count: int, browser: bool = False) -> list[SocketIOClient]:
        """`count` more clients, 64 at a time; each is counted once it has its CONNECT and its greeting."""
        waiting = iter(range(count))
        fresh: list[SocketIOClient] = []

        async def worker():
            for _ in waiting:
                fresh.append(await self.connect_one(browser))

        async with asyncio.timeout(60 + count / 20):
            await asyncio.gather(*(worker() for _ in range(AT_ONCE)))
            await asyncio.gather(*(client.welcomed for client in fresh))
        self.clients += fresh
        return fresh

    async def grow(self, count: int):
        """Connects until `count` clients are there."""
        await self.connect(count - len(self.clients))

    async def connect_one(self, browser: bool) -> SocketIOClient:
        identity = next(self.identities)
        _, client = await asyncio.get_running_loop().create_connection(
            lambda: SocketIOClient(self.server.port, *identity, browser), "127.0.0.1", self.server.port
        )
        await client.connected
        return client

    async def ask(self, clients: list[SocketIOClient], name: str, room_of: Callable[[SocketIOClient], str]):
        """Each client asks to `join` or `leave` a room, as a user's page would, and waits for the answer."""
        clients = iter(clients)
        while batch := list(islice(clients, AT_ONCE)):
            await asyncio.gather(*(client.call(name, room_of(client)) for client in batch))

    def order(self, name: str, **arguments):
        """Tells the server to do something that the clients will see."""
        self.control.emit(event(name, arguments))

    async def cost(self, work) -> float:
        """Seconds of the server's CPU that the awaitable `work` takes, until the server is quiet again."""
        await self.server.quiet()
        before = self.server.cpu()
        await work
        await self.server.quiet()
        return self.server.cpu() - before

    def end(self):
        for client in (self.control, *self.clients):
            if client:
                client.watch = None
                client.transport.abort()
