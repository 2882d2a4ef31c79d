"""What has ended leaves nothing that only the garbage collector could free: it comes seldom."""

import gc
import time
from contextlib import contextmanager

import pytest

from engine.endings import Ending
from engine.sockets.client import Client
from engine.sockets.socket import Socket
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import UPGRADE
from engine.transport import polling, websocket
from engine.transport.answers import Answers
from engine.transport.link import Link
from engine.transport.probe import Probe

KINDS = Link | Client | Socket | websocket.WebSocket | polling.Polling | Probe | Answers


def held():
    return [item for item in gc.get_objects() if isinstance(item, KINDS)]


@contextmanager
def no_collector():
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


@pytest.fixture
def hasty(server, monkeypatch):
    """A server that waits for nobody, and whose sockets are in a room and have a handler."""
    monkeypatch.setattr(websocket, "CLOSING_SECONDS", 0.05)
    monkeypatch.setattr(polling, "LINGER_SECONDS", 0.05)
    server.limit(refused_seconds=0.05, connect_seconds=0.3, upgrade_seconds=0.1)

    async def hook(socket, user):
        await socket.join("room")

        @socket.on("disconnect")
        async def disconnect(socket, reason):
            socket.data["reason"] = reason

    io.node.services.connection = hook
    return server


async def gone(server):
    await server.empty()
    await until(lambda: not io.server.eio.websockets)
    # Requests are closed in turns of their own.
    await until(lambda: not held())


async def expire(client):
    (socket,) = io.node.hub.everybody()
    socket.expires_at = time.time()
    socket.link.look()


async def kick(client):
    await io.disconnect("anna")


async def drain(client):
    (link,) = io.server.eio.sockets.values()
    link.close(Ending.DRAIN, "Bye")


async def fall_silent(client):
    (link,) = io.server.eio.sockets.values()
    link.pong_due = link.heard = 0
    link.look()


def say(*packets):
    async def end(client):
        client.send(*packets)

    return end


def hang_up(how):
    async def end(client):
        getattr(client.connection, how)()

    return end


async def break_frame(client):
    client.connection.write(b"\x81\x01x")


WEBSOCKET_ENDS = {
    "close": hang_up("close"),
    "reset": hang_up("reset"),
    "leave": say("1"),
    "disconnect": say("41"),
    "broken packet": say("abc"),
    "broken frame": break_frame,
    "kicked": kick,
    "drained": drain,
    "expired": expire,
    "silent": fall_silent,
}


@pytest.mark.parametrize("end", WEBSOCKET_ENDS)
async def test_a_websocket_that_ends_leaves_nothing(hasty, end):
    with no_collector():
        client = await hasty.websocket("anna")
        await client.call("echo", 1)
        await WEBSOCKET_ENDS[end](client)
        await gone(hasty)


def post(*packets):
    async def end(client):
        await client.post(*packets)

    return end


def fetching(end):
    async def both(client):
        await end(client)
        while (await client.poll()).status == 200:
            pass

    return both


def waiting(end):
    async def both(client):
        poll = await client.start_poll()
        await until(lambda: all(link.carrier.waiting for link in io.server.eio.sockets.values()))
        await end(client)
        await poll.answer()
        poll.close()

    return both


async def two_polls(client):
    polls = [await client.start_poll() for _ in range(2)]
    for poll in polls:
        await poll.answer()
        poll.close()


async def abort_a_poll(client):
    poll = await client.start_poll()
    await until(lambda: all(link.carrier.waiting for link in io.server.eio.sockets.values()))
    poll.reset()
    await kick(client)


POLLING_ENDS = {
    "leave": post("1"),
    "leave, a poll waiting": waiting(post("1")),
    "disconnect": post("41"),
    "broken packet": post("abc"),
    "kicked": kick,
    "kicked, fetching": fetching(kick),
    "kicked, a poll waiting": waiting(kick),
    "drained": drain,
    "drained, fetching": fetching(drain),
    "expired": expire,
    "silent": fall_silent,
    "silent, a poll waiting": waiting(fall_silent),
    "two polls": two_polls,
    "aborted poll": abort_a_poll,
}


@pytest.mark.parametrize("end", POLLING_ENDS)
async def test_polling_that_ends_leaves_nothing(hasty, end):
    with no_collector():
        client = await hasty.polling("anna")
        assert (await client.post('421["echo",1]')).status == 200
        assert (await client.poll()).text == "431[1]"
        await POLLING_ENDS[end](client)
        await gone(hasty)


async def test_polling_that_never_connects_leaves_nothing(hasty):
    with no_collector():
        await hasty.polling()
        await gone(hasty)


async def test_polling_that_is_refused_leaves_nothing(hasty):
    with no_collector():
        client = await hasty.polling()
        await client.post('40{"token":"bad"}')
        assert (await client.poll()).text.startswith("44")
        await gone(hasty)


UPGRADES = {
    "upgraded and left": ["2probe", "5", "1"],
    "upgraded and disconnected": ["2probe", "5", "41"],
    "upgraded, broken": ["2probe", "5", "abc"],
}


@pytest.mark.parametrize("said", UPGRADES)
async def test_an_upgrade_that_ends_leaves_nothing(hasty, said):
    with no_collector():
        client = await hasty.polling("anna")
        websocket = await client.upgrade()
        websocket.send(*UPGRADES[said])
        await websocket.closed()
        await gone(hasty)


PROBES = {"silent": [], "stopped": ["2probe"], "wrong": ["x"], "binary": [b"x"], "wrong at last": ["2probe", "x"]}


@pytest.mark.parametrize("said", PROBES)
async def test_a_probe_that_comes_to_nothing_leaves_nothing(hasty, said):
    with no_collector():
        client = await hasty.polling("anna")
        websocket = await client.upgrade()
        websocket.send(*PROBES[said])
        await websocket.closed()
        await client.post("1")
        await gone(hasty)


@pytest.mark.parametrize("method", ["GET", "POST"])
@pytest.mark.parametrize("headers", [{}, UPGRADE])
@pytest.mark.parametrize("query", ["", "EIO=4", "EIO=4&transport=polling&sid=x", "EIO=4&transport=websocket&sid=x"])
async def test_a_request_that_is_refused_leaves_nothing(hasty, query, headers, method):
    with no_collector():
        assert (await hasty.request(method, query, headers=headers)).status == 400
        await gone(hasty)
