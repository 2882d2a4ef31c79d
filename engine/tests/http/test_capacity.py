"""All connections are taken: whoever comes is told so, or waits; whoever is there notices nothing."""

import asyncio

import pytest

from engine.http import capacity, server
from engine.http.health import HealthHandler, ReadyHandler
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.http.raw import answer
from engine.tests.seats import SeatsHandler
from engine.tests.transport.raw import UPGRADE, Polling

ROUTES = [("/seats", SeatsHandler), ("/healthz", HealthHandler), ("/readyz", ReadyHandler)]
MOST = 3


@pytest.fixture
def app(io_loop):
    app = make_app(ROUTES, accounts=people.Accounts())
    app.settings["max_connections"] = MOST
    return app


@pytest.fixture
def logged(caplog):
    return lambda: [record.getMessage() for record in caplog.records if record.name == "app"]


class Client:
    """A connection that asks and hears."""

    def __init__(self, reader, writer):
        self.reader, self.writer = reader, writer

    async def get(self, path: str, **headers: str):
        fields = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.writer.write(f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{fields}\r\n".encode())
        return await answer(self.reader)

    def leave(self) -> None:
        self.writer.close()


@pytest.fixture
def connect(dial):
    async def connect() -> Client:
        return Client(*await dial())

    return connect


@pytest.fixture
def fill(connect, http_server, until):
    """`await fill()` takes all connections there are, with clients that have been served."""

    # A connection that nobody holds is closed.
    clients = []

    async def fill() -> list[Client]:
        clients.extend([await connect() for _ in range(MOST)])
        for each in clients:
            assert (await each.get("/seats")).status == 200
        return clients

    return fill


async def test_whoever_comes_is_told_so_at_once(fill, connect, logged):
    await fill()
    late = await connect()
    refused = await late.get("/seats")
    assert refused.status == 503
    assert refused.json["error"]["name"] == "ServiceUnavailableError"
    assert refused.headers["retry-after"] == "2"
    assert refused.headers["connection"] == "close"
    assert await late.reader.read() == b""
    assert logged() == ["All 3 connections are taken: who comes now gets 503, or waits (MAX_CONNECTIONS)"]


@pytest.mark.parametrize("headers", [{}, UPGRADE])
async def test_so_are_those_who_want_to_open_a_socket(fill, connect, headers):
    await fill()
    transport = "websocket" if headers else "polling"
    refused = await (await connect()).get(f"/socket.io/?EIO=4&transport={transport}", **headers)
    assert refused.status == 503
    assert io.server.eio.sockets == {}


async def test_whoever_asks_whether_the_process_lives_is_answered(fill, connect):
    clients = await fill()
    late = await connect()
    assert (await late.get("/healthz")).status == 200
    assert await late.reader.read() == b""
    ready = await (await connect()).get("/readyz")
    assert (ready.status, ready.json["this one"]) == (503, "full")
    assert (await clients[0].get("/readyz")).status == 503


async def test_whoever_is_there_is_served(fill):
    clients = await fill()
    for each in clients:
        assert (await each.get("/seats")).status == 200


async def test_whoever_polls_is_there_though_each_poll_is_a_new_connection(http_port, fill):
    client = await Polling.open(http_port)
    await fill()
    assert (await client.post('40{"token":"anna"}')).status == 200
    assert (await client.packet()).startswith('40{"sid"')
    websocket = await client.upgrade()
    websocket.send("2probe", "5")
    assert await websocket.next() == "3probe"


async def test_whoever_comes_and_says_nothing_does_not_stay(fill, connect, monkeypatch):
    monkeypatch.setattr(server, "SURPLUS_SECONDS", 0.1)
    await fill()
    late = await connect()
    assert await late.reader.read() == b""


async def test_whoever_comes_after_those_waits(fill, connect, monkeypatch):
    monkeypatch.setattr(capacity, "SURPLUS", 1)
    clients = await fill()
    silent, waiting = await connect(), await connect()
    asked = asyncio.ensure_future(waiting.get("/seats"))
    # By then all that is ready has been accepted.
    assert (await clients[0].get("/seats")).status == 200
    assert not asked.done()
    clients[0].leave()
    silent.leave()
    assert (await asked).status == 200


async def test_there_is_room_again_once_one_has_left(fill, connect, http_server, until, logged):
    clients = await fill()
    assert (await (await connect()).get("/seats")).status == 503
    clients[0].leave()
    await until(lambda: len(logged()) == 2)
    assert logged()[1] == "There is room for new connections again: 2 of 3 are taken"
    assert (await (await connect()).get("/seats")).status == 200


@pytest.mark.parametrize("leave", ["politely", "rudely"])
async def test_a_websocket_is_one_of_them_until_it_ends(connect, http_server, app, until, leave):
    taken = app.settings["capacity"]
    client = await connect()
    assert (await client.get("/socket.io/?EIO=4&transport=websocket", **UPGRADE)).status == 101
    assert taken.taken == 1
    client.leave() if leave == "politely" else client.writer.transport.abort()
    await until(lambda: taken.taken == 0)


async def test_so_is_one_whose_headers_are_too_long(connect, http_server, app, until):
    client = await connect()
    assert (await client.get("/seats", Cookie="x" * 20_000)).status == 431
    assert app.settings["capacity"].taken == 1
    await until(lambda: app.settings["capacity"].taken == 0)
