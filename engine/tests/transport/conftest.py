"""The engine in a bare application: no database, users by the name in their token."""

import asyncio
import logging
from functools import partial
from types import SimpleNamespace

import pytest
from tornado.netutil import bind_sockets

from engine.endings import Ending
from engine.errors import Refused
from engine.http.origins import Origins
from engine.process import make_server
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.people import Access
from engine.tests.transport.raw import Polling, WebSocket, request

# Lines of the access log are one a request; every other one counts.
LOGS = ("realtime", "asyncio", "tornado.general", "tornado.application", "app")


async def authenticate(token: str):
    """`anna` is Anna's token; whoever's begins with `bad` is refused."""
    if token.startswith("bad"):
        raise Refused("token_invalid", "The token is not valid")
    return Access(SimpleNamespace(id=token, email=f"{token}@example.com"))


async def no_hook(socket, user):
    pass


class Server:
    """What tests ask of the server: `port`, `hook`, `limit(...)`, and clients."""

    def __init__(self, port: int):
        self.port = port

    def limit(self, **limits) -> None:
        """Set limits for whoever connects from now on."""
        for name, bound in limits.items():
            setattr(io.node.services.limits, name, bound)

    @property
    def links(self) -> dict:
        return io.server.eio.sockets

    async def request(self, method: str, query: str, **options):
        return await request(self.port, method, query, **options)

    async def polling(self, user: str | None = None) -> Polling:
        """A session that polls, with `user` in `/` if given."""
        client = await Polling.open(self.port)
        if user:
            await client.post(f'40{{"token":"{user}"}}')
            assert (await client.packet()).startswith('40{"sid":"')
        return client

    async def websocket(self, user: str | None = None, query: str = "", **options) -> WebSocket:
        """A WebSocket with its session open, with `user` in `/` if given."""
        websocket = await WebSocket.open(self.port, f"EIO=4&transport=websocket{query}", **options)
        assert (await websocket.receive()).startswith('0{"sid":')
        if user:
            websocket.send(f'40{{"token":"{user}"}}')
            accepted = await websocket.receive()
            assert accepted.startswith('40{"sid":"'), accepted
            websocket.id = accepted[10:-2]
        return websocket

    async def empty(self) -> None:
        """Wait until nobody is there any more."""
        await until(lambda: not (self.links or io.node.services.tasks or io.node.hub.rooms.get("/")))


async def until(condition, seconds: float = 30) -> None:
    """Wait for something that nothing announces."""
    async with asyncio.timeout(seconds):
        while not condition():  # noqa: ASYNC110
            await asyncio.sleep(0.01)


@pytest.fixture
def server(io_loop, monkeypatch):
    monkeypatch.setattr("engine.http.limited_body.LINGER_SECONDS", 0.05)
    accounts = people.Accounts()
    accounts.authenticate = authenticate
    app = make_app(connection=no_hook, accounts=accounts, origins=Origins(["https://friend.example.com"]))

    @io.on("echo")
    async def echo(socket, payload):
        return payload

    http_server = make_server(app)
    listening = bind_sockets(0, "127.0.0.1")
    http_server.add_sockets(listening)
    yield Server(listening[0].getsockname()[1])
    http_server.stop()
    io_loop.run_sync(partial(end, http_server))


async def end(http_server):
    """End what a test has left behind, without the patience of a drain."""
    for link in list(io.server.eio.sockets.values()):
        link.close(Ending.NETWORK)
    for task in io.node.services.tasks:
        task.cancel()
    await http_server.close_all_connections()


@pytest.fixture
def lines(caplog):
    """`lines()`: what the log holds, requests left out."""
    caplog.set_level(logging.INFO)
    return lambda: [f"{record.name}: {record.getMessage()}" for record in caplog.records if record.name in LOGS]
