"""Who is alive (Engine.IO v4, "Heartbeat"), and the wheel that all deadlines are on."""

import asyncio
import time
from itertools import pairwise

import pytest

from engine.loop.wheel import TICK_SECONDS, Wheel
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import Closed

pytestmark = pytest.mark.slow

LATE_SECONDS = 3 * TICK_SECONDS


@pytest.fixture
def fine_timer():
    """These tests are about the real one."""


@pytest.fixture
def hasty(server):
    server.limit(ping_interval_seconds=0.15, ping_timeout_seconds=0.1)
    return server


async def test_a_client_that_answers_is_pinged_at_the_interval(hasty):
    websocket = await hasty.websocket("anna")
    opened, times = time.monotonic(), []
    for _ in range(3):
        assert await websocket.next() == "2"
        times.append(time.monotonic())
        websocket.send("3")
    assert times[0] - opened < 0.15 + LATE_SECONDS
    for earlier, later in pairwise(times):
        assert 0.14 < later - earlier < 0.15 + LATE_SECONDS


async def test_a_client_that_does_not_answer_is_closed(hasty):
    websocket = await hasty.websocket("anna")
    assert await websocket.next() == "2"
    pinged = time.monotonic()
    assert isinstance(await websocket.next(), Closed)
    assert 0.09 < time.monotonic() - pinged < 0.1 + LATE_SECONDS
    await hasty.empty()
    assert not await io.online("anna")


@pytest.mark.parametrize("said", ["6", "3", "429[]", '42["echo"]'])
async def test_nothing_but_a_pong_answers_a_ping(hasty, said):
    websocket = await hasty.websocket("anna")
    websocket.send("6", "3")
    assert await websocket.next() == "2"
    if said != "3":
        websocket.send(said)
        assert isinstance(await websocket.next(), Closed)
        return
    websocket.send(said)
    assert await websocket.next() == "2"


async def test_a_client_that_polls_is_pinged(hasty):
    client = await hasty.polling("anna")
    for _ in range(3):
        assert (await client.poll()).text == "2"
        assert (await client.post("3")).body == b"ok"
    assert await io.online("anna")


async def test_a_client_that_stops_polling_is_gone_after_interval_and_timeout(hasty):
    client = await hasty.polling("anna")
    await asyncio.sleep(0.25 + LATE_SECONDS)
    assert (await client.poll()).status == 400
    assert not await io.online("anna")


async def test_a_poll_that_waits_ends_with_a_client_that_does_not_answer(hasty):
    client = await hasty.polling("anna")
    assert (await client.poll()).text == "2"
    assert (await client.poll()).text == "1"
    assert (await client.poll()).status == 400


async def test_heartbeats_of_clients_that_came_together_are_spread(server):
    server.limit(ping_interval_seconds=1)
    for _ in range(200):
        await server.polling()
    due = sorted(session.next_ping for session in server.sessions.values())
    assert due[-1] - due[0] > 0.4
    assert all(due[start + 40] - due[start] > 0.03 for start in range(0, 160, 40))


async def test_a_client_whose_events_wait_is_not_taken_for_dead(hasty):
    release = asyncio.Event()
    io.on("wait")(lambda socket, payload: release.wait())
    websocket = await hasty.websocket("anna")
    websocket.send(*['42["wait"]'] * 100)
    await until(lambda: io.server.manager.socket(websocket.id, "/").session.carrier.paused)
    assert await websocket.next() == "2"
    websocket.send("3")
    await asyncio.sleep(0.1 + LATE_SECONDS)
    assert await io.online("anna")
    release.set()
    await until(lambda: not io.server.manager.socket(websocket.id, "/").session.carrier.paused)
    assert await websocket.call("echo", 1) == [1]


async def test_a_client_that_polls_and_whose_events_wait_is_not_taken_for_dead(hasty):
    release = asyncio.Event()
    io.on("wait")(lambda socket, payload: release.wait())
    client = await hasty.polling("anna")
    post = asyncio.ensure_future(client.post(*['42["wait"]'] * 100))
    await until(lambda: hasty.sessions[client.sid].carrier.paused)
    asyncio.get_running_loop().call_later(0.2, release.set)
    assert (await client.poll()).text == "2"
    assert (await post).body == b"ok"
    assert (await client.post("3")).body == b"ok"
    assert await io.online("anna")


class Item:
    """Notes when it is called, and does then what a test says."""

    def __init__(self, action=lambda item, now: None):
        self.slot, self.action, self.calls = None, action, []

    def tick(self, now):
        self.calls.append(now)
        return self.action(self, now)


async def test_the_wheel_calls_at_the_time_and_at_most_two_ticks_late():
    wheel, start = Wheel(), asyncio.get_running_loop().time()
    items = [Item() for _ in range(20)]
    for number, item in enumerate(items):
        wheel.schedule(item, start + number * 0.013)
    await until(lambda: wheel.timer is None)
    for number, item in enumerate(items):
        (called,) = item.calls
        assert 0 <= called - (start + number * 0.013) < LATE_SECONDS


async def test_an_item_that_another_cancels_in_the_same_turn_is_not_called():
    wheel = Wheel()
    first, second = Item(lambda item, now: wheel.cancel(second)), Item(lambda item, now: wheel.cancel(first))
    for item in (first, second):
        wheel.schedule(item, wheel.now())
    await until(lambda: wheel.timer is None)
    assert len(first.calls) + len(second.calls) == 1


async def test_an_item_that_another_puts_off_in_the_same_turn_is_called_once_and_later():
    wheel = Wheel()

    def put_off(other):
        wheel.schedule(other(), wheel.now() + 0.1)

    first = Item(lambda item, now: put_off(lambda: second) if not second.calls else None)
    second = Item(lambda item, now: put_off(lambda: first) if not first.calls else None)
    for item in (first, second):
        wheel.schedule(item, wheel.now())
    await until(lambda: wheel.timer is None)
    assert [len(first.calls), len(second.calls)] == [1, 1]
    assert abs(first.calls[0] - second.calls[0]) > 0.09


async def test_an_item_that_asks_for_the_past_is_called_in_the_next_tick():
    wheel, item = Wheel(), Item(lambda item, now: 0 if len(item.calls) < 3 else None)
    wheel.schedule(item, 0)
    await until(lambda: wheel.timer is None)
    assert len(item.calls) == 3
    assert item.calls[2] - item.calls[0] > TICK_SECONDS


async def test_an_item_that_fails_costs_no_other_its_call(caplog):
    def fail(item, now):
        raise RuntimeError("a bug")

    wheel, items = Wheel(), [Item(fail) for _ in range(3)] + [Item() for _ in range(3)]
    for item in items:
        wheel.schedule(item, wheel.now())
    await until(lambda: wheel.timer is None)
    assert [len(item.calls) for item in items] == [1] * 6


async def test_thousands_of_deadlines_at_once_do_not_hold_the_loop():
    def work(item, now):
        end = time.perf_counter() + 0.0001
        while time.perf_counter() < end:
            pass

    wheel = Wheel()
    for item in [Item(work) for _ in range(1000)]:
        wheel.schedule(item, wheel.now())
    await asyncio.sleep(2 * TICK_SECONDS)
    longest, last = 0.0, time.perf_counter()
    while wheel.timer is not None:
        await asyncio.sleep(0)
        longest, last = max(longest, time.perf_counter() - last), time.perf_counter()
    assert longest < 0.05
