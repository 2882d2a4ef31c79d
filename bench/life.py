"""The life of one server in the benchmark: its clients, its control client, what was measured on it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from itertools import islice

from bench.attempt import Attempt
from bench.server import Server
from bench.socketio_client import SocketIOClient, event
from engine.testing.websocket_client import Refused

AT_ONCE = 64
MICROSECONDS = 1e6
FORGOTTEN_SECONDS = 240  # what a server may take to notice that thousands are gone


class Life:
    """What a scenario works with."""

    def __init__(self, server: Server, attempt: Attempt):
        self.server, self.plan, self.peer, self.kind = server, attempt.plan, attempt.peer.key, attempt.peer.client
        self.identities, self.members, self.values = attempt.identities, attempt.users.members, attempt.values
        self.clients: list[SocketIOClient] = []
        self.control: SocketIOClient | None = None

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
            lambda: self.kind(self.server.port, *identity, browser), "127.0.0.1", self.server.port
        )
        await client.connected
        return client

    async def ask(self, clients: list[SocketIOClient], name: str, room_of: Callable[[SocketIOClient], str]):
        """Each client asks to `join` or `leave` a room, as a user's page would, and waits for the answer."""
        clients = iter(clients)
        while batch := list(islice(clients, AT_ONCE)):
            await asyncio.gather(*(client.call(name, room_of(client)) for client in batch))

    async def drop(self, leavers: list[SocketIOClient]):
        """These clients vanish, without a word. Returns once the server has forgotten all of them."""
        gone = set(leavers)
        self.clients = [client for client in self.clients if client not in gone]
        for client in gone:
            client.transport.abort()
        async with asyncio.timeout(FORGOTTEN_SECONDS):
            while await self.ask_control("present") > len(self.clients) + 1:  # noqa: ASYNC110 (nobody tells us)
                await asyncio.sleep(0.05)

    async def ask_control(self, name: str):
        """What the server answers the control client. One that was held for long may have closed that; then another."""
        try:
            return await self.control.call(name)
        except Refused:
            self.control = await self.connect_one(False)
            return await self.control.call(name)

    def order(self, name: str, **arguments):
        """Tells the server to do something that the clients will see."""
        self.control.emit(event(name, arguments))

    async def warm_up(self, work: Callable[[], Awaitable]):
        """Does `work()` until that has had the server's CPU for a while, which is as long for every peer."""
        until = self.server.cpu() + self.plan.warm_seconds
        while self.server.cpu() < until:
            await work()

    async def warmed_cost(self, work: Callable[[], Awaitable]) -> float:
        """What `cost` says of `work()`, after a warm-up with the same."""
        await self.warm_up(work)
        return await self.cost(work())

    async def cost(self, work) -> float:
        """Seconds of the server's CPU that the awaitable `work` takes, until the server is quiet again."""
        await self.server.quiet()
        before = self.server.cpu()
        await work
        await self.server.quiet()
        return self.server.cpu() - before

    async def end(self):
        """Has its clients gone before the server is."""
        for client in (self.control, *self.clients):
            if client:
                client.watch = None
                client.transport.abort()
        await asyncio.sleep(0)


@asynccontextmanager
async def life(attempt: Attempt, name: str = "server", **environment: str) -> AsyncIterator[Life]:
    """A server of the peer with its first clients, who are on no other server of the attempt."""
    async with attempt.server(name, environment) as server:
        begun = Life(server, attempt)
        try:
            await begun.begin()
            yield begun
        finally:
            await begun.end()


def on_one_server(scenario: Callable[[Life], Awaitable[None]]) -> Callable[[Attempt], Awaitable[None]]:
    """A scenario that is the life of one server."""

    async def run(attempt: Attempt):
        async with life(attempt) as begun:
            await scenario(begun)

    return run
