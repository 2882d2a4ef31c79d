"""Two nodes in one process: what a hook, a handler or a request of the second one sends starts at the second."""

import asyncio
from functools import partial

import pytest
from tornado.httpclient import AsyncHTTPClient
from tornado.netutil import bind_sockets
from tornado.web import RequestHandler

from engine.process import drain, make_server
from engine.testing.client import Client
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.people import ANNA, BOB


class Second:
    """Another app of the same `io`, and clients of it."""

    def __init__(self, app, server, port: int):
        self.app, self.server, self.node = app, server, app.settings["node"]
        self.url, self.clients = f"http://127.0.0.1:{port}", []

    async def connect(self, person, **options) -> Client:
        self.clients.append(Client(self.url))
        await self.clients[-1].open(person.jwt, **options)
        return self.clients[-1]


class Shout(RequestHandler):
    """Sends from a request of HTTP, and from what that starts."""

    async def post(self):
        await io.send("user::anna", "news", "from a request")
        await asyncio.create_task(io.broadcast("news", "from what it starts"))


@pytest.fixture
def hooks():
    """What `connection()` of the second node does."""
    return []


@pytest.fixture
def second(http_server, io_loop, hooks):
    async def connection(socket, user):
        for hook in hooks:
            await hook(socket, user)

    with io.beside():
        app = make_app(connection=connection, accounts=people.Accounts())
    app.add_handlers(".*", [("/shout", Shout)])
    server, listening = make_server(app), bind_sockets(0, "127.0.0.1")
    server.add_sockets(listening)
    second = Second(app, server, listening[0].getsockname()[1])
    yield second
    for client in second.clients:
        io_loop.run_sync(client.close)
    io_loop.run_sync(partial(drain, app, server, 0))


async def test_io_speaks_for_the_first(connect, second):
    here, there = await connect(ANNA), await second.connect(ANNA)

    await io.broadcast("news")

    assert await here.settled() == ["news"]
    assert await there.settled() == []
    assert io.node is not second.node


async def test_each_knows_its_own_sockets(connect, second):
    here, there = await connect(ANNA), await second.connect(BOB)

    assert [socket.id for socket in io.node.hub.everybody()] == [here.id]
    assert [socket.id for socket in second.node.hub.everybody()] == [there.id]
    assert second.node.online("bob")
    assert not await io.online("bob")


async def test_a_hook_runs_on_its_node(connect, second, hooks, received):
    here = await connect(ANNA)

    async def greet(socket, user):
        await io.join(user.id, "tea")
        await io.send("tea", "welcome", io.node is second.node)

    hooks.append(greet)
    there = await second.connect(ANNA)

    assert await received(there, "welcome") is True
    assert await here.settled() == []
    assert await io.members("tea") == []


@pytest.mark.parametrize("transports", [["websocket"], ["polling"]])
async def test_a_handler_runs_on_the_node_of_its_socket(connect, second, transports):
    @io.on("who")
    async def who(socket, payload):
        return [member.user_id for member in await io.members("user::anna")], io.node is second.node

    here = await connect(BOB, transports=transports)
    there = await second.connect(ANNA, transports=transports)

    assert await here.call("who") == ([], False)
    assert await there.call("who") == (["anna"], True)


async def test_what_a_handler_has_started_stays_on_its_node(connect, second, received):
    go, started = asyncio.Event(), []

    async def later():
        await go.wait()
        await io.broadcast("news")

    @io.on("start")
    async def start(socket, payload):
        started.append(asyncio.create_task(later()))

    here, there = await connect(ANNA), await second.connect(ANNA)
    await there.call("start")
    go.set()
    await received(there, "news")

    assert await here.settled() == []


async def test_a_disconnect_handler_runs_on_the_node_of_its_socket(connect, second, received):
    @io.on("disconnect")
    async def disconnect(socket, reason):
        await io.broadcast("gone", socket.user_id)

    here, there = await connect(ANNA), await second.connect(ANNA)
    await (await second.connect(BOB)).close()

    assert await received(there, "gone") == "bob"
    assert await here.settled() == []


async def test_a_handler_of_another_namespace_runs_on_the_node_of_its_socket(connect, second):
    found = []
    second.node.server.on("say", lambda sid: found.append(io.node), namespace="/chat")
    second.node.server.on("connect", lambda sid, environ: found.append(io.node), namespace="/chat")
    there = await second.connect(ANNA, namespaces=["/chat"])

    await there.socket.call("say", namespace="/chat")

    assert found == [second.node] * 2


async def test_a_request_runs_on_the_node_of_its_app(connect, second, received):
    here, there = await connect(ANNA), await second.connect(ANNA)

    await AsyncHTTPClient().fetch(f"{second.url}/shout", method="POST", body=b"")

    assert [await received(there, "news"), await received(there, "news")] == ["from a request", "from what it starts"]
    assert await here.settled() == []


async def test_one_that_ends_leaves_the_other_as_it_is(connect, second):
    here, there = await connect(ANNA), await second.connect(ANNA)

    await drain(second.app, second.server, 0.1)

    await there.closed()
    assert await here.settled() == []
