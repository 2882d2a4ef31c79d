"""`io.connections` and `io.members` of many thousands on two nodes: complete, in pages, a portion at a time."""

import asyncio
from types import SimpleNamespace

import pytest

from engine.backplane.redis import asking
from engine.backplane.redis.listing import PAGE
from engine.loop.portions import Portion
from engine.sockets.socket import Socket
from engine.tests.app import io
from engine.tests.people import Access, Person


@pytest.fixture
def on_two_nodes():
    return True


@pytest.fixture(autouse=True)
def patient(monkeypatch):
    """Both nodes share this process, which a busy machine may have wait for longer than a node may be silent."""
    monkeypatch.setattr(asking, "ANSWER_SECONDS", 30)


@pytest.fixture
def crowd(http_server, nodes):
    """`await crowd(1000)` has so many users on each node, all of them in the room "tea"."""
    client = SimpleNamespace(link=SimpleNamespace(handshake=SimpleNamespace(ip="127.0.0.1")))

    async def crowd(count: int):
        for node in nodes:
            for number in range(count):
                person = Person(f"user {number} of {id(node)}")
                socket = Socket(node.services, client, f"socket {number}", "/", Access(person))
                node.hub.add(socket)
                node.hub.enter(socket, "tea")
            await node.backplane.entered("tea")

    return crowd


@pytest.fixture
def turns():
    """`await turns(io.connections())` returns what that returns, and how many turns the loop has made meanwhile."""

    async def turns(call):
        asked, made = asyncio.ensure_future(call), 0
        while not asked.done():
            await asyncio.sleep(0)
            made += 1
        return asked.result(), made

    return turns


@pytest.mark.slow
@pytest.mark.may_take(120)
async def test_fifty_thousand_are_all_told_of_in_pages(crowd, nodes):
    await crowd(25_000)
    before = nodes[1].backplane.counts.published

    connections = await io.connections()
    published = nodes[1].backplane.counts.published - before
    members = await io.members("tea")

    assert len({connection.user_id for connection in connections}) == 50_000
    assert len({member.user_id for member in members}) == 50_000
    assert published in (25_000 // PAGE, 25_000 // PAGE + 1)


@pytest.mark.may_take(60)
@pytest.mark.parametrize("call", [lambda: io.connections(), lambda: io.members("tea")], ids=["connections", "members"])
async def test_others_get_their_turn_after_each_portion(crowd, turns, monkeypatch, call):
    await crowd(1000)
    monkeypatch.setattr(Portion, "over", True)

    found, made = await turns(call())

    assert len(found) == 2000
    assert made >= 2000
