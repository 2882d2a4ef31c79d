"""The rest of what every client can do: much at once, namespaces, and an end from either side."""

import asyncio

import pytest

from engine.endings import Ending
from engine.tests.app import io
from engine.tests.people import ANNA, BOB

LARGE = 900_000


@pytest.fixture
def admin():
    """The namespace `/admin`, with what its clients presented."""
    seen = []
    io.server.on("connect", lambda sid, environ, auth=None: seen.append(auth), namespace="/admin")
    io.server.on("echo", lambda sid, *arguments: arguments, namespace="/admin")
    io.server.on("settled?", lambda sid: None, namespace="/admin")
    return seen


@pytest.fixture
def echo():
    @io.on("echo")
    async def echo(socket, payload):
        return payload


async def test_bursts_arrive_in_order_both_ways(connect, received, limits, echo):
    limits(events_per_second=1000.0)
    client, came = await connect(ANNA), []

    @io.on("count")
    async def count(socket, number):
        came.append(number)
        await socket.send("counted", number)

    for number in range(200):
        client.emit("count", number)
    assert [await received(client, "counted") for _ in range(200)] == list(range(200)) == came


async def test_bursts_with_acks_and_bytes_arrive_in_order(connect, limits, echo):
    limits(events_per_second=1000.0)
    client = await connect(ANNA)
    sent = [bytes([number]) if number % 3 else number for number in range(200)]
    assert await asyncio.gather(*(client.call("echo", each) for each in sent)) == sent


@pytest.mark.parametrize("payload", ["x" * LARGE, "😀" * (LARGE // 4), b"\xff" * LARGE], ids=["text", "emoji", "bytes"])
async def test_a_large_message_goes_both_ways(connect, received, limits, echo, payload):
    # JSON may write an emoji as twelve bytes.
    limits(message_bytes=4 * LARGE, backlog_bytes=8 * LARGE)
    client = await connect(ANNA)
    assert await client.call("echo", payload) == payload
    await io.send(io.user_room(ANNA.id), "news", payload)
    assert await received(client, "news") == payload


async def test_a_namespace_beside_the_first(start, received, kind, admin):
    client = await start("/admin", auth={"token": ANNA.jwt, "shift": "late"})
    await received(client, "connect")
    assert admin[0]["shift"] == "late"
    assert await client.call("echo", "a", b"b") == ["a", b"b"]
    await io.server.emit("news", "for admins", namespace="/admin")
    assert await received(client, "news") == "for admins"


async def test_a_namespace_that_nobody_has_is_refused(start, received):
    client = await start("/nowhere", auth={"token": ANNA.jwt})
    assert (await received(client, "connect_error"))["message"] == "Invalid namespace"


async def test_a_client_is_idle_for_longer_than_any_deadline(connect, limits, echo, received):
    limits(ping_interval_seconds=0.2, ping_timeout_seconds=0.2)
    client = await connect(ANNA)
    await asyncio.sleep(1)
    assert await client.call("echo", "still here") == "still here"
    assert "disconnect" not in [name for name, *_ in client.events]


async def test_two_generations_in_one_room_hear_the_same(connect, received):
    anna, bob = await connect(ANNA), await connect(BOB)
    for each in (ANNA, BOB):
        await io.join(each.id, "room")
    heard = {"text": "€😀", "file": b"\x00\xff", "list": [b"a", {"b": None}]}
    await io.send("room", "news", heard)
    assert [await received(each, "news") for each in (anna, bob)] == [heard, heard]


async def test_one_whose_connection_is_cut_comes_back(connect, received, echo):
    client = await connect(ANNA)
    await received(client, "welcome_event")
    for link in list(io.node.eio.sockets.values()):
        if link.upgraded:
            link.carrier.transport.abort()
        else:
            link.close(Ending.NETWORK)
    await received(client, "disconnect")
    await received(client, "welcome_event")
    assert await client.call("echo", "back") == "back"
