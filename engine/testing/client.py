"""A Socket.IO client for tests: python-socketio's own, which keeps what it receives until a test asks for it."""

import asyncio
from collections.abc import Iterator
from itertools import repeat

import pytest
import socketio

from engine.testing.people import Someone

RECEIVED_SECONDS = 30
MARKER = "~"
"""The event that tells how far a client is, which no handler wants."""


class Inbox:
    """What came and was not asked for yet, in `events`: tuples of a name and the arguments. `markers` are not kept."""

    def __init__(self):
        self.events: list[tuple] = []
        self.markers = 0
        self.arrived = asyncio.Event()

    def keep(self, event, *arguments):
        if event == MARKER:
            self.markers += 1
            return
        self.events.append((event, *arguments))
        self.arrived.set()

    async def received(self, event: str):
        """Return the payload of the next event of that name, waiting for it; several arguments come as a tuple."""
        try:
            async with asyncio.timeout(RECEIVED_SECONDS):
                while True:
                    for kept in self.events:
                        if kept[0] == event:
                            self.events.remove(kept)
                            return kept[1] if len(kept) == 2 else kept[1:] or None
                    self.arrived.clear()
                    await self.arrived.wait()
        except TimeoutError:
            raise AssertionError(f"{event!r} did not come; what came: {self.events}") from None

    async def settled(self) -> list[str]:
        """Return the names of all events that are here, once all that the server has sent by now is."""
        await self.call("settled?")
        return [name for name, *_ in self.events]


class Client(Inbox):
    """One connection. `id` is the socket's id on the server."""

    def __init__(self, url: str):
        super().__init__()
        self.url = url
        self.gone = asyncio.get_running_loop().create_future()
        self.socket = socketio.AsyncClient(reconnection=False)
        self.socket.on("*", self.keep)
        self.socket.on("disconnect", self.end)

    async def open(self, token: str | None = None, *, transports=("websocket",), auth=None, query="", **options):
        """Connect with a token in the auth payload, or however the options say. Raises Refused of its kind."""
        auth = {"token": token} if token and auth is None else auth
        options = {"wait_timeout": RECEIVED_SECONDS, **options}
        await self.socket.connect(self.url + query, auth=auth, transports=list(transports), **options)

    @property
    def id(self) -> str:
        return self.socket.get_sid()

    async def end(self, reason):
        if not self.gone.done():
            self.gone.set_result(reason)

    async def emit(self, event: str, payload=None):
        """Emit an event without asking for an ack."""
        await self.socket.emit(event, payload)

    async def call(self, event: str, payload=None):
        """Emit an event and return its ack."""
        return await self.socket.call(event, payload, timeout=RECEIVED_SECONDS)

    async def closed(self):
        """Wait until the connection is gone; returns the reason."""
        async with asyncio.timeout(RECEIVED_SECONDS):
            return await asyncio.shield(self.gone)

    async def close(self):
        await self.socket.disconnect()


@pytest.fixture
def urls(base_url) -> Iterator[str]:
    """Where clients connect, one after the other."""
    return repeat(base_url)


@pytest.fixture
def connect(http_server, urls, io_loop):
    """`client = await connect(anna)` opens a connection of hers, which ends with the test; see Client."""
    clients = []

    async def connect(who: Someone | None = None, **options) -> Client:
        client = Client(next(urls))
        clients.append(client)
        await client.open(who and who.jwt, **options)
        return client

    yield connect
    for client in clients:
        io_loop.run_sync(client.close)


@pytest.fixture
def received():
    """`payload = await received(client, "notice")` waits for the next event of that name, or says what came."""
    return Inbox.received
