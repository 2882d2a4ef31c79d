"""However much there is to do, others get their turn."""

import asyncio
import time

import pytest

from engine.loop.portions import Gradually, Portion, in_portions


@pytest.fixture
def turns(io_loop):
    """`turns()`: how many turns of the loop others have had."""
    count = 0

    def turn():
        nonlocal count
        count += 1
        io_loop.asyncio_loop.call_soon(turn)

    io_loop.asyncio_loop.call_soon(turn)
    return lambda: count


def hold(seconds: float) -> None:
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        pass


async def test_a_portion_is_over_when_its_time_is_up():
    portion = Portion(0.002)
    assert not portion.over
    hold(0.003)
    assert portion.over


async def test_all_items_come_in_order_and_others_get_turns_between(turns):
    done, before = [], turns()
    async for item in in_portions(range(30)):
        hold(0.001)
        done.append(item)
    assert done == [*range(30)]
    assert turns() - before >= 2


async def test_few_items_take_no_turn(turns):
    before = turns()
    assert [item async for item in in_portions("abc")] == ["a", "b", "c"]
    assert turns() == before


async def test_calls_are_made_in_order_and_others_get_turns_between(turns, until):
    gradually, done, before = Gradually(), [], turns()
    for number in range(30):
        gradually.add(lambda number=number: (hold(0.001), done.append(number)))
    assert done == []
    await until(lambda: len(done) == 30)
    assert done == [*range(30)]
    assert turns() - before >= 3


async def test_a_call_that_raises_costs_nobody_else_theirs(until):
    gradually, done = Gradually(), []
    gradually.add(lambda: 1 / 0)
    gradually.add(lambda: done.append(True))
    asyncio.get_running_loop().set_exception_handler(lambda loop, context: done.append(context["exception"]))
    await until(lambda: len(done) == 2)
    assert isinstance(done[0], ZeroDivisionError)
    assert done[1] is True


async def test_a_call_may_add_another(until):
    gradually, done = Gradually(), []
    gradually.add(lambda: gradually.add(lambda: done.append(True)))
    await until(lambda: done)
