"""One question serves all who ask while it is under way."""

import asyncio
from contextlib import suppress

import pytest

from engine.loop.single_flight import SingleFlight


class Question:
    """Counts how often it is asked; `answer` is what it waits for."""

    def __init__(self):
        self.asked = 0
        self.answer = asyncio.get_running_loop().create_future()

    async def __call__(self):
        self.asked += 1
        return await asyncio.shield(self.answer)


@pytest.fixture
def question(io_loop):
    async def make():
        return Question()

    return io_loop.run_sync(make)


async def test_all_who_ask_meanwhile_get_the_answer_of_one_run(question):
    flight = SingleFlight(question)
    asking = [asyncio.ensure_future(flight.ask()) for _ in range(5)]
    await asyncio.sleep(0)
    question.answer.set_result(42)
    assert await asyncio.gather(*asking) == [42] * 5
    assert question.asked == 1


async def test_who_asks_later_asks_anew(question):
    flight = SingleFlight(question)
    question.answer.set_result(42)
    assert await flight.ask() == await flight.ask() == 42
    assert question.asked == 2


async def test_who_gives_up_takes_the_answer_from_nobody(question):
    flight = SingleFlight(question)
    first, second = (asyncio.ensure_future(flight.ask()) for _ in range(2))
    await asyncio.sleep(0)
    first.cancel()
    with suppress(asyncio.CancelledError):
        await first
    question.answer.set_result(42)
    assert await second == 42


async def test_all_who_ask_get_the_error(question):
    flight = SingleFlight(question)
    asking = [asyncio.ensure_future(flight.ask()) for _ in range(2)]
    await asyncio.sleep(0)
    question.answer.set_exception(LookupError("a bug"))
    assert [type(each) for each in await asyncio.gather(*asking, return_exceptions=True)] == [LookupError] * 2


async def test_it_tells_whether_it_runs_and_can_be_ended(question):
    flight = SingleFlight(question)
    assert not flight.running
    task = flight.start()
    assert flight.start() is task
    assert flight.running
    flight.cancel()
    await asyncio.wait([task])
    assert not flight.running
