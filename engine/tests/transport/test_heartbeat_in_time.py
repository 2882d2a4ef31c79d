"""When a link is pinged and given up, to the tick: in time that the test moves (Engine.IO, "Heartbeat")."""

import asyncio
import math
from functools import partial

import pytest

from engine.limits import Limits
from engine.testing.websocket_client import client_frame
from engine.tests.people import Accounts
from engine.tests.virtual import Loop, Peer
from engine.transport.engine_io import EngineIO
from engine.transport.handshake import Handshake
from engine.transport.upgrade import carry

STEP = 0.1
PING = b"\x81\x012"


class Quiet:
    """The Socket.IO side of a link, connected from the first moment on, or not."""

    connected, asked = True, False

    def __init__(self, link):
        self.link = link
        if self.connected:
            link.keep()

    def opened(self):
        pass

    def receive(self, text):
        pass

    def receive_event(self, text):
        return False

    def pinged(self):
        pass

    def look_after_tokens(self):
        return math.inf

    def end(self, ending):
        pass


@pytest.fixture
def loop():
    loop = Loop()
    asyncio.set_event_loop(loop)
    yield loop
    assert loop.wrong == []
    loop.close()
    asyncio.set_event_loop(None)


@pytest.fixture
def come(loop):
    """`peers = come(count)` are so many clients that come at one moment; `come(1, ping_interval_seconds=5)`."""

    def come(count: int = 1, client_class=Quiet, **limits) -> list[Peer]:
        eio, peers = EngineIO(Limits(**limits), Accounts(), client_class), []

        async def open():
            opened = partial(carry, eio, Handshake("127.0.0.1"))
            peers.extend(Peer(eio, opened) for _ in range(count))

        loop.run_until_complete(open())
        loop.settle()
        return peers

    return come


def answer(loop, peer, packet: str = "3", times: int = 1):
    async def send():
        peer.send_bytes(client_frame(packet.encode()) * times)

    loop.run_until_complete(send())
    loop.settle()


def seconds_until(loop, condition, most: float = 100) -> float:
    began = loop.time()
    while not condition():
        assert loop.time() - began < most
        loop.advance(STEP)
    return loop.time() - began


def pings(peer) -> int:
    return peer.network.received.count(PING)


def test_first_pings_are_spread_over_half_an_interval(loop, come):
    peers = come(400)
    at = {}
    while len(at) < len(peers):
        loop.advance(STEP)
        at.update({peer: loop.time() - 1000 for peer in peers if pings(peer) and peer not in at})

    times = sorted(at.values())
    assert 12.4 <= times[0] < 13
    assert 24.3 < times[-1] <= 25
    for tenth in range(10):
        begin = 12.5 + tenth * 1.25
        assert 15 < sum(begin <= time < begin + 1.25 for time in times) < 80


def test_first_pings_are_early_by_half_an_interval_that_is_no_longer_than_the_timer_is_late(loop, come):
    peers = come(50, ping_interval_seconds=0.1)
    loop.passed += 0.06
    loop.settle()

    assert [pings(peer) for peer in peers] == [1] * 50


def test_the_next_ping_comes_an_interval_after_the_pong(loop, come):
    (peer,) = come()
    seconds_until(loop, lambda: pings(peer) == 1)
    loop.advance(7)
    answer(loop, peer)

    assert seconds_until(loop, lambda: pings(peer) == 2) == pytest.approx(25, abs=0.2)


def test_with_an_interval_shorter_than_the_timeout_pings_come_at_intervals(loop, come):
    (peer,) = come(ping_interval_seconds=5, ping_timeout_seconds=20)
    seconds_until(loop, lambda: pings(peer) == 1)
    answer(loop, peer)

    assert seconds_until(loop, lambda: pings(peer) == 2) == pytest.approx(5, abs=0.2)


def test_one_that_does_not_answer_is_given_up_after_the_timeout(loop, come):
    (peer,) = come()
    seconds_until(loop, lambda: pings(peer))
    (link,) = peer.websocket.eio.sockets.values()

    assert seconds_until(loop, lambda: link.closed) == pytest.approx(20, abs=0.2)
    assert pings(peer) == 1


def test_one_that_answers_at_the_last_moment_stays(loop, come):
    (peer,) = come()
    seconds_until(loop, lambda: pings(peer))
    (link,) = peer.websocket.eio.sockets.values()
    loop.advance(19.8)
    answer(loop, peer)
    loop.advance(24)

    assert not link.closed
    assert pings(peer) == 1


def test_one_that_says_something_is_alive_until_a_timeout_after_its_last_word(loop, come):
    (peer,) = come()
    (link,) = peer.websocket.eio.sockets.values()
    for _ in range(12):
        loop.advance(13)
        answer(loop, peer, "6")

    assert not link.closed
    assert seconds_until(loop, lambda: link.closed) == pytest.approx(20, abs=0.2)


def test_one_that_may_not_be_read_is_not_taken_for_dead(loop, come):
    (peer,) = come(events_per_second=0.2)
    (link,) = peer.websocket.eio.sockets.values()
    answer(loop, peer, "6", times=40)
    assert link.carrier.paused

    loop.advance(40 / 0.2 - 2 - 1)
    assert link.carrier.paused
    assert not link.closed
    loop.advance(2)
    assert not link.carrier.paused
    assert seconds_until(loop, lambda: link.closed) == pytest.approx(19, abs=1.5)


def test_a_pong_that_nobody_asked_for_changes_nothing(loop, come):
    (peer,) = come()
    for _ in range(30):
        answer(loop, peer)
        if not pings(peer):
            loop.advance(1)

    assert loop.time() - 1000 <= 25.1
    assert pings(peer) == 1


class Unconnected(Quiet):
    connected = False


def test_one_that_does_not_connect_is_given_up_after_ten_seconds(loop, come):
    (peer,) = come(client_class=Unconnected)
    (link,) = peer.websocket.eio.sockets.values()

    assert seconds_until(loop, lambda: link.closed) == pytest.approx(10, abs=0.2)


def test_a_deadline_is_only_ever_moved_nearer(loop, come):
    (peer,) = come(client_class=Unconnected)
    (link,) = peer.websocket.eio.sockets.values()
    for seconds in (2, 60):
        loop.call_soon(link.expire, seconds)
    loop.settle()

    assert seconds_until(loop, lambda: link.closed) == pytest.approx(2, abs=0.2)
