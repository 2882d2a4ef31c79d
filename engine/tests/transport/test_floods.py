"""Whatever a client sends without end, so many packets a second are handled of it, and nobody is held up or closed."""

import asyncio
import time
from collections import Counter

import pytest

from engine.sockets.client import CONNECT_PACKETS
from engine.testing.websocket_client import client_frame
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.transport.budget import BURST_SECONDS, Budget
from engine.transport.input import PORTION_BYTES
from engine.transport.posts import PACKETS_A_TURN

PER_SECOND = 20
PORTION = PORTION_BYTES // len(client_frame(b""))
"""More frames than a portion of what has come can hold."""
ROUNDING = 5
TIMES = 3000
BINARY, PING, PONG = 2, 9, 10
FIRST_PIECE, NEXT_PIECE = b"\x01", b"\x00"

PACKETS = {
    "events": ['42["quiet"]'],
    "events that nobody knows": ['42["unknown"]'],
    "acks that nobody waits for": ["431[]"],
    "noops": ["6"],
    "pongs that are not due": ["3"],
    "packets to a namespace that it is not in": ['42/nowhere,["quiet"]'],
    "leaving where it is not": ["41/nowhere,"],
    "refused connects": ["40/nowhere,"],
    "renewals": ['421["token:renew",{"token":"bad"}]'],
}
FRAMES = {
    **{name: b"".join(client_frame(packet.encode()) for packet in packets) for name, packets in PACKETS.items()},
    "attachments": client_frame(b'451-["quiet",{"_placeholder":true,"num":0}]') + client_frame(b"x", BINARY),
    "WebSocket pings": client_frame(b"", PING),
    "WebSocket pongs": client_frame(b"", PONG),
}


class Handled(Counter):
    """How many packets of a link have been handled, attachments left out, since it `began`."""

    def __init__(self):
        super().__init__()
        self.began = time.monotonic()


@pytest.fixture
def handled(server, monkeypatch):
    """A server with little patience, and what it has handled so far."""
    server.limit(events_per_second=PER_SECOND)
    io.server.on("say", lambda sid: None, namespace="/chat")
    counted = Handled()

    def note(name, sign):
        original = getattr(Budget, name)

        def noting(link, packets=1):
            counted[link] += sign * packets
            return original(link, packets)

        monkeypatch.setattr(Budget, name, noting)

    note("spend", 1)
    note("refund", -1)

    @io.on("quiet")
    async def quiet(socket, *payload):
        pass

    return counted


async def fair(server, handled, link, portion):
    """Reading comes to rest, others are served, and all the while no more was handled than may be."""
    honest = await server.websocket("bert")
    await until(lambda: link.carrier.paused)
    for number in range(20):
        assert await honest.call("echo", number) == [number]
    seconds = time.monotonic() - handled.began
    assert handled[link] <= PER_SECOND * (BURST_SECONDS + seconds) + portion
    assert not link.closed
    assert link.carrier.paused


@pytest.mark.parametrize("kind", FRAMES)
async def test_over_a_websocket_a_flood_slows_itself_alone(server, handled, lines, kind):
    flooder = await server.websocket("anna")
    (link,) = server.links.values()
    flooder.connection.write(FRAMES[kind] * TIMES)
    await fair(server, handled, link, PORTION * (1 + CONNECT_PACKETS if kind == "refused connects" else 1))
    assert len(lines()) <= 1


async def test_a_message_in_endless_pieces_slows_itself_alone(server, handled):
    flooder = await server.websocket("anna")
    (link,) = server.links.values()
    flooder.connection.write(FIRST_PIECE + client_frame(b"4")[1:] + (NEXT_PIECE + client_frame(b"")[1:]) * TIMES)
    await fair(server, handled, link, PORTION)


async def test_bytes_one_by_one_slow_themselves_alone(server, handled):
    flooder = await server.websocket("anna")
    (link,) = server.links.values()
    for byte in client_frame(b'42["quiet","' + b"x" * 100 + b'"]'):
        link.carrier.data_received(bytes([byte]))
    assert link.carrier.paused
    assert handled[link] < 100
    flooder.connection.close()


async def test_a_large_message_counts_as_one_however_many_portions_it_is_read_in(server, handled):
    websocket = await server.websocket("anna")
    (link,) = server.links.values()
    before = handled[link]
    text = "x" * (15 * PORTION_BYTES)
    assert await websocket.call("echo", text) == [text]
    # The network may cut off a short end here and there.
    assert handled[link] - before < 5


@pytest.mark.parametrize("kind", PACKETS)
async def test_by_polling_a_flood_slows_itself_alone(server, handled, lines, kind):
    flooder = await server.polling("anna")
    (link,) = server.links.values()
    post = asyncio.ensure_future(flooder.post(*PACKETS[kind] * (TIMES // 2)))
    await fair(server, handled, link, PACKETS_A_TURN * (1 + CONNECT_PACKETS if kind == "refused connects" else 1))
    assert not post.done()
    # Who polls is answered all the while.
    await io.send("user::anna", "news")
    answer = await flooder.poll()
    while '42["news"]' not in answer.packets:
        answer = await flooder.poll()
    post.cancel()


async def test_connects_and_disconnects_in_turn_slow_themselves_alone(server, handled):
    flooder = await server.websocket("anna")
    (link,) = server.links.values()
    connected = []

    async def in_turn():
        while True:
            flooder.send('40/chat,{"token":"anna"}')
            connected.append(await flooder.receive())
            flooder.send("41/chat,")

    flooding = asyncio.ensure_future(in_turn())
    await fair(server, handled, link, CONNECT_PACKETS + ROUNDING)
    flooding.cancel()
    assert all(answer.startswith("40/chat,") for answer in connected)
    assert len(connected) <= handled[link] / CONNECT_PACKETS + 1
