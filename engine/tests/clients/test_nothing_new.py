"""Where clients can come back to what they missed, the handlers of each of them see what they see where none can.

Only a handler for all events is told markers, and that not by Socket.IO 2.
"""

import asyncio
from functools import partial
from typing import NamedTuple

import pytest

from engine.limits import Limits
from engine.node import Node
from engine.testing.proxy import Proxy
from engine.tests.app import io
from engine.tests.clients.kinds import CARRIERS, KINDS, UPGRADE, marked
from engine.tests.people import ANNA, BOB

ROOM = io.user_room(ANNA.id)
PAYLOADS = (
    None, "a text", 1, {"deep": [{"er": None}]}, ("several", 2, "arguments"), ("the last is", "a text"), b"\x00\xff",
    {"photo": b"\x00\xff", "name": "Anna"}, (b"1", "between", b"2"), ["~", "e.1"], "~", "", [],
)  # fmt: skip
WITHOUT_RECOVERY = [kind for kind in KINDS if kind.library != "socket.io-client" and kind.transports == UPGRADE]


class Served(NamedTuple):
    """A node, and the network on the way to it."""

    node: Node
    proxy: Proxy


@pytest.fixture
def served(app, http_port, serve_beside, make, io_loop):
    """One node that has recovery, and one that has none."""
    beside = serve_beside(partial(make, Limits(recovery_seconds=0)))
    ports = {app.settings["node"]: http_port, beside.node: int(beside.url.rpartition(":")[2])}
    served = [Served(node, Proxy(port)) for node, port in ports.items()]
    for each in served:
        io_loop.run_sync(each.proxy.open)
    yield served
    for each in served:
        each.proxy.close()


@pytest.fixture
def come(start, office):
    """`await come(served)` is a client that is connected, perhaps not upgraded yet. The test goes on on its node."""

    async def come(served: Served, who=ANNA):
        served.node.run_here()
        client = await start(url=served.proxy.url, auth={"token": office.issue(who)})
        client.id = await client.received("connect")
        await client.received("welcome_event")
        return client

    return come


@pytest.fixture(autouse=True)
def handlers(app):
    """What clients may emit."""

    @io.on("sum")
    async def add(socket, numbers):
        return sum(numbers)

    @io.on("words")
    async def words(socket, _):
        return "two", "words"

    @io.on("fail")
    async def fail(socket, _):
        raise ValueError("the app's fault")

    @io.on("to me")
    async def to_me(socket, payload):
        await socket.send("to you", payload)


async def all_ways(client) -> list:
    """Have the client be sent something in each way there is; returns what it was answered, and what it answered."""
    await client.answers("name?", "Anna")
    for payload in PAYLOADS:
        await io.send(ROOM, "news", payload)
    await io.send(["nobody", ROOM, "tea"], "news", "by two rooms")
    await io.send(ROOM, "news", "for another", skip="somebody")
    await io.send(ROOM, "news", "volatile", volatile=True)
    await io.broadcast("news", "for all")
    await asyncio.gather(*(io.send(ROOM, "news", number) for number in range(20)))
    answers = [await client.call("sum", [1, 2]), await client.call("words"), await client.call("fail")]
    client.emit("to me", "hello")
    answers += [await io.request(ANNA.id, "name?"), await client.call("sum", [3])]
    await io.send(ROOM, "last")
    await client.received("last")
    return answers


def seen(client) -> list:
    """What its handlers saw, but for when it was upgraded."""
    return [event for event in client.events if event[0] != "upgrade"]


@pytest.mark.parametrize("kind", [marked(kind) for kind in KINDS])
async def test_handlers_see_the_same_with_recovery(served, come, kind):
    stories = []
    for each in served:
        anna = await come(each)
        answers = await all_ways(anna)
        if kind.transports == UPGRADE and ("upgrade", "websocket") not in anna.events:
            await anna.received("upgrade")
        stories.append((answers, await all_ways(anna), seen(anna)))
        told = each.node.services.recovery is not None and not kind.is_older
        assert bool(anna.markers) == told

    assert stories[0] == stories[1]
    assert len(stories[0][2]) > 2 * len(PAYLOADS)


@pytest.mark.slow
@pytest.mark.parametrize("kind", [marked(kind) for kind in WITHOUT_RECOVERY])
async def test_a_client_that_knows_no_recovery_begins_anew_as_ever(served, come, until):
    stories = []
    for each in served:
        anna = await come(each)
        await anna.received("upgrade")
        each.proxy.down()
        await anna.received("disconnect")
        await until(lambda node=each.node: not node.online(ANNA.id))
        await io.send(ROOM, "news", "missed")
        each.proxy.up()
        await anna.received("connect")
        await anna.received("welcome_event")
        await io.send(ROOM, "news", "heard")
        await anna.received("news")
        stories.append([event for event in seen(anna) if event[0] != "connect_error"])

    assert stories == [[], []]


@pytest.mark.slow
@pytest.mark.parametrize("kind", [marked(kind) for kind in KINDS if kind.transports == CARRIERS[1]])
async def test_two_clients_hear_each_other_as_ever(served, come):
    for each in served:
        anna, bob = await come(each), await come(each, BOB)
        for client in (anna, bob):
            await io.broadcast("news", ("of", client.id))
        for client in (anna, bob):
            assert [await client.received("news") for _ in range(2)] == [("of", anna.id), ("of", bob.id)]
            assert seen(client) == []
