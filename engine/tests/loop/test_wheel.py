"""The wheel that all deadlines are on."""

import asyncio
import time

import pytest

from engine.loop.wheel import TICK_SECONDS, Wheel
from engine.tests.turns import A_PORTION, Turns
from engine.tests.virtual import Loop

pytestmark = pytest.mark.slow


@pytest.fixture
def fine_timer():
    """These tests are about the real one."""


class Item:
    """Notes when it is called, and does then what a test says."""

    def __init__(self, action=lambda item, now: None):
        self.slot, self.action, self.calls = None, action, []

    def tick(self, now):
        self.calls.append(now)
        return self.action(self, now)


@pytest.fixture
def loop():
    """A loop whose time the test moves."""
    loop = Loop()
    asyncio.set_event_loop(loop)
    yield loop
    loop.close()
    asyncio.set_event_loop(None)


def test_the_wheel_calls_at_the_time_and_at_most_two_ticks_late(loop):
    wheel, start = Wheel(), loop.time()
    items = [Item() for _ in range(20)]

    async def schedule():
        for number, item in enumerate(items):
            wheel.schedule(item, start + number * 0.013)

    loop.run_until_complete(schedule())
    for _ in range(1000):
        loop.advance(0.001)
    assert wheel.timer is None
    for number, item in enumerate(items):
        (called,) = item.calls
        assert 0 <= called - (start + number * 0.013) <= 2 * TICK_SECONDS


async def test_an_item_that_another_cancels_in_the_same_turn_is_not_called(until):
    wheel = Wheel()
    first, second = Item(lambda item, now: wheel.cancel(second)), Item(lambda item, now: wheel.cancel(first))
    for item in (first, second):
        wheel.schedule(item, wheel.now())
    await until(lambda: wheel.timer is None)
    assert len(first.calls) + len(second.calls) == 1


async def test_an_item_that_another_puts_off_in_the_same_turn_is_called_once_and_later(until):
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


async def test_an_item_that_asks_for_the_past_is_called_in_the_next_tick(until):
    wheel, item = Wheel(), Item(lambda item, now: 0 if len(item.calls) < 3 else None)
    wheel.schedule(item, 0)
    await until(lambda: wheel.timer is None)
    assert len(item.calls) == 3
    assert item.calls[2] - item.calls[0] > TICK_SECONDS


async def test_an_item_that_fails_costs_no_other_its_call(until, caplog):
    def fail(item, now):
        raise RuntimeError("a bug")

    wheel, items = Wheel(), [Item(fail) for _ in range(3)] + [Item() for _ in range(3)]
    for item in items:
        wheel.schedule(item, wheel.now())
    await until(lambda: wheel.timer is None)
    assert [len(item.calls) for item in items] == [1] * 6


async def test_thousands_of_deadlines_at_once_do_not_hold_the_loop(until):
    def work(item, now):
        end = time.thread_time() + 0.0001
        while time.thread_time() < end:
            pass

    wheel = Wheel()
    for item in [Item(work) for _ in range(1000)]:
        wheel.schedule(item, wheel.now())
    turns = Turns()
    await until(lambda: wheel.timer is None)
    assert turns.stop() < A_PORTION
