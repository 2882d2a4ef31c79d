"""Real clients on one port of three processes, without sticky sessions: each of their requests may come to any.

The clients from npm poll with a connection of its own for each request, which the kernel gives to any of the three.
"""

import asyncio

import pytest

from engine.tests.clients.javascript import JavaScriptClient
from engine.tests.clients.kinds import UPGRADE, Kind
from engine.tests.process.several import START_SECONDS, several

pytestmark = [pytest.mark.slow, pytest.mark.may_take(START_SECONDS)]

LIBRARIES = "socket.io-client", "socket.io-client-3.1", "socket.io-client-2.5"
KINDS = [Kind(library, transports) for library in LIBRARIES for transports in (("polling",), UPGRADE)]
LARGE = b"\xff\x00" * 20_000


@pytest.fixture(scope="module")
def three(shared_redis, tmp_path_factory):
    """Three processes for all tests here."""
    with several(tmp_path_factory.mktemp("three"), 3, shared_redis.url) as server:
        yield server


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Three processes and Node may have few cores, and what comes late is not lost."""
    monkeypatch.setattr("engine.testing.client.RECEIVED_SECONDS", 60)
    monkeypatch.setattr("engine.tests.clients.javascript.RECEIVED_SECONDS", 60)


@pytest.fixture(params=KINDS, ids=str)
def kind(request) -> Kind:
    return request.param


@pytest.fixture
def connect(three, node_port, io_loop, kind):
    """`client = await connect("anna")` is connected; an upgrade may still be under way."""
    clients = []

    async def connect(user: str) -> JavaScriptClient:
        clients.append(JavaScriptClient(node_port))
        given = {"query" if kind.is_older else "auth": {"token": user}}
        url = f"http://127.0.0.1:{three.port}"
        await clients[-1].start(kind.library, url, {"transports": kind.transports, **given})
        await clients[-1].received("connect")
        return clients[-1]

    yield connect
    for client in clients:
        io_loop.run_sync(client.close)


async def test_what_goes_both_ways_arrives_whole_and_once_also_during_an_upgrade(connect, kind):
    client = await connect("anna")
    payloads = [[f"text {number}", bytes([number]) * number, {"deep": number}][number % 3] for number in range(60)]
    payloads[30] = LARGE
    assert await asyncio.gather(*(client.call("echo", each) for each in payloads)) == payloads
    if kind.transports == UPGRADE:
        assert await client.received("upgrade") == "websocket"
    assert await asyncio.gather(*(client.call("echo", each) for each in payloads)) == payloads


async def test_every_member_of_a_room_sees_one_order_wherever_they_are(connect, kind):
    members = [await connect(f"crowd{number}") for number in range(3)]
    for member in members:
        # Its hook, which joins the room, is done.
        await member.call("echo", "here?")
    for number in range(20):
        for who, member in enumerate(members):
            member.emit("relay", {"of": who, "number": number, "file": bytes([number, who])})
    seen = [[await member.received("relayed") for _ in range(60)] for member in members]
    assert seen[0] == seen[1] == seen[2]
    for who in range(3):
        assert [each["number"] for each in seen[0] if each["of"] == who] == list(range(20))
        assert [each["file"] for each in seen[0] if each["of"] == who] == [bytes([n, who]) for n in range(20)]
    if kind.transports == UPGRADE:
        assert [await member.received("upgrade") for member in members] == ["websocket"] * 3
    assert not any(name == "relayed" for member in members for name, *_ in member.events)


async def test_none_was_disconnected_on_the_way(connect):
    client = await connect("anna")
    for number in range(20):
        assert await client.call("echo", number) == number
    assert {name for name, *_ in client.events} <= {"upgrade"}
