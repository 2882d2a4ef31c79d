"""Guarantee 6: a client that doesn't read costs so many bytes, then it is closed; nobody else notices."""

import asyncio
import json

import pytest

from engine.sockets.requests import Question
from engine.tests.app import io
from engine.tests.people import ANNA
from engine.tests.transport.raw import WebSocket
from engine.wire.packet import encode_event

KIB = 1024
TEXT = "x" * 16 * KIB


@pytest.fixture
def stalled(http_server, http_port, io_loop, limits):
    """`socket, link = await stalled()`: Bob's connection, from which nothing is read unless the test does."""
    sockets = []
    limits(backlog_bytes=256 * KIB, volatile_bytes=16 * KIB, stalled_seconds=60)

    async def stalled():
        socket = await WebSocket.open(http_port, receive_buffer=4 * KIB)
        sockets.append(socket)
        await socket.receive()
        socket.send('40{"token":"bob"}')
        await socket.receive()
        (link,) = [each for each in io.server.eio.sockets.values() if each.client.user_id == "bob"]
        return socket, link

    yield stalled
    for socket in sockets:
        socket.connection.close()


@pytest.fixture
def fetching(http_client, base_url, limits):
    """`link = await fetching("bob")`: the session of a client that would have to fetch what it is sent."""
    limits(backlog_bytes=256 * KIB)

    async def fetching(token: str):
        opening = await http_client.fetch(f"{base_url}/socket.io/?EIO=4&transport=polling&jwt={token}")
        sid = json.loads(opening.body[1:])["sid"]
        await http_client.fetch(f"{base_url}/socket.io/?EIO=4&transport=polling&sid={sid}", method="POST", body="40")
        return io.server.eio.sockets[sid]

    return fetching


async def send_until(condition, most=2000):
    """Broadcast numbered events, a turn of the loop each, until something is so; return how many."""
    for number in range(most):
        if condition():
            return number
        await io.broadcast("news", [number, TEXT])
        await asyncio.sleep(0)
    raise AssertionError(f"{most} events changed nothing")


async def test_a_client_that_does_not_read_is_closed_at_its_backlog(stalled, until):
    _, link = await stalled()
    transport = link.carrier.transport
    most = 0

    def closed():
        nonlocal most
        most = max(most, transport.get_write_buffer_size())
        return link.closed

    await send_until(closed)

    assert most <= 256 * KIB + 2 * len(TEXT)
    assert not await io.online("bob")


async def test_it_hears_why_once_it_reads_again(stalled):
    socket, link = await stalled()
    sent = await send_until(lambda: link.closed)

    events = [await socket.event() for _ in range(sent + 1)]

    assert [event[1][0] for event in events[:-1]] == list(range(sent))
    name, reason = events[-1]
    assert (name, reason["code"]) == ("closing", "slow")
    assert (await socket.closed()).code == 1008


async def test_a_client_that_makes_no_progress_is_closed_in_time(stalled, limits, until):
    limits(stalled_seconds=0.2)
    _, link = await stalled()

    await send_until(lambda: link.behind)
    assert not link.closed

    await until(lambda: link.closed)


@pytest.mark.slow
async def test_a_client_that_reads_slowly_but_does_read_stays(stalled, limits):
    limits(stalled_seconds=0.3, backlog_bytes=16 * KIB * KIB)
    socket, link = await stalled()
    sent = await send_until(lambda: link.behind)

    events = []
    for _ in range(sent):
        events.append(await socket.event())
        await asyncio.sleep(0.001)

    assert len(events) == sent
    assert not link.closed


async def test_nobody_else_is_delayed_or_misses_an_event(stalled, connect, received):
    anna = await connect(ANNA)
    _, link = await stalled()

    sent = await send_until(lambda: link.closed)

    assert [(await received(anna, "news"))[0] for _ in range(sent)] == list(range(sent))
    assert "closing" not in await anna.settled()


async def test_volatile_events_skip_who_is_behind_and_reach_the_others(stalled, connect, received):
    anna = await connect(ANNA)
    socket, link = await stalled()
    sent = await send_until(lambda: link.behind)

    await io.send(["user::anna", "user::bob"], "volatile", volatile=True)
    await io.send(["user::anna", "user::bob"], "lasting")

    await received(anna, "volatile")
    await received(anna, "lasting")
    names = [(await socket.event())[0] for _ in range(sent + 1)]
    assert names == ["news"] * sent + ["lasting"]


async def test_one_that_is_closed_by_a_question_leaves_the_others_to_answer(fetching, connect):
    anna = await connect(ANNA)

    @anna.socket.on("question")
    async def question(text):
        return "here"

    link = await fetching("anna")
    slow = link.client.sockets["/"]
    await slow.send("news", "x" * 250 * KIB)
    quick = io.node.hub.socket(anna.id, "/")

    assert await Question("question", encode_event("question", TEXT)).ask([slow, quick], timeout=5) == "here"
    assert link.closed


async def test_its_end_writes_one_line_at_most(stalled, caplog, until):
    caplog.set_level("INFO")
    _, link = await stalled()
    caplog.clear()

    await send_until(lambda: link.closed)
    for _ in range(100):
        await io.broadcast("news", TEXT)
        await io.send("user::bob", "news")
    await asyncio.sleep(0)

    assert len([record for record in caplog.records if record.name != "tornado.access"]) <= 1


async def test_a_client_that_does_not_fetch_is_closed_at_its_backlog(fetching):
    link = await fetching("bob")

    sent = await send_until(lambda: link.closed)

    assert sent <= 256 * KIB / len(TEXT) + 1
    assert not await io.online("bob")
