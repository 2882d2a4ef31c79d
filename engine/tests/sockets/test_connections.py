"""`io.connections()`: who is connected, since when, from where and in which rooms."""

import asyncio
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from engine.sockets.connected import Connection
from engine.sockets.socket import Socket
from engine.tests.app import io
from engine.tests.people import ANNA, BOB, Access, Person
from engine.tests.turns import Turns

pytestmark = pytest.mark.contract


async def test_nobody_is_connected_at_first(http_server):
    assert await io.connections() == []


async def test_users_have_all_their_sockets(connect):
    tabs = [await connect(ANNA) for _ in range(2)]
    other = await connect(BOB)
    await io.join("anna", "tea")

    anna, bob = await io.connections()

    assert isinstance(anna, Connection)
    assert (anna.user_id, anna.user, bob.user_id, bob.user) == ("anna", ANNA, "bob", BOB)
    assert [socket.id for socket in anna.sockets] == [tab.id for tab in tabs]
    assert [socket.id for socket in bob.sockets] == [other.id]
    assert [socket.rooms for socket in anna.sockets] == [["tea", "user::anna"]] * 2
    assert {socket.ip for socket in anna.sockets} == {"127.0.0.1"}


async def test_since_is_when_it_connected_in_utc(connect):
    before = datetime.now(UTC)
    await connect(ANNA)

    ((_, _, [socket]),) = await io.connections()

    assert before <= socket.since <= datetime.now(UTC)
    assert socket.since.utcoffset() == timedelta(0)


async def test_other_namespaces_count(connect, nodes):
    for node in nodes:
        node.server.on("say", lambda sid: "said", namespace="/chat")
    await connect(ANNA, namespaces=["/", "/chat"])

    (anna,) = await io.connections()

    assert len(anna.sockets) == 2


async def test_whoever_has_left_or_is_not_in_yet_is_not_connected(connect, wire):
    anna = await connect(ANNA)
    asked = asyncio.Event()

    async def hang(token):
        asked.set()
        await asyncio.Event().wait()

    io.node.services.accounts.authenticate = hang
    joining = await wire()
    await joining.send('40{"token":"bob"}')
    await asked.wait()
    await io.disconnect("anna")
    await anna.closed()

    assert await io.connections() == []


async def test_forty_thousand_are_listed_without_holding_the_loop(http_server):
    client = SimpleNamespace(link=SimpleNamespace(handshake=SimpleNamespace(ip="127.0.0.1")))
    for number in range(40_000):
        access = Access(Person(f"user{number // 2}"))
        socket = Socket(io.node.services, client, f"socket{number}", "/", access)
        io.node.hub.add(socket)
    turns = Turns()
    await asyncio.sleep(0)
    connections = await io.connections()
    await asyncio.sleep(0)

    assert len(connections) == 20_000
    assert {len(connection.sockets) for connection in connections} == {2}
    assert turns.stop() < 0.5
