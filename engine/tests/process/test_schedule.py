"""What an app does by itself."""

import asyncio

import pytest

from engine.mongo import DatabaseAway, connect
from engine.mongo.turns import take_turn
from engine.process.schedule import Schedule


@pytest.fixture
def begin(io_loop, db):
    """`begin(schedule)` is what a process does that serves; all ends with the test."""
    begun = []

    def begin(schedule: Schedule) -> None:
        begun.append(schedule)
        schedule.start(db)

    yield begin
    for schedule in begun:
        io_loop.run_sync(schedule.stop)


class Counted:
    """A job that counts: `await job.done(2)` waits until it was done twice."""

    def __init__(self):
        self.times, self.changed = 0, asyncio.Condition()
        self.__module__, self.__qualname__ = "tests", "counted"

    async def __call__(self, db):
        async with self.changed:
            self.times += 1
            self.changed.notify_all()

    async def done(self, times: int):
        async with self.changed:
            await self.changed.wait_for(lambda: self.times >= times)


async def test_what_runs_at_the_start_runs_once_in_each_process(begin):
    job = Counted()
    for _ in range(2):
        schedule = Schedule()
        schedule.at_start(job)
        begin(schedule)
    await job.done(2)
    await asyncio.sleep(0)
    assert job.times == 2


async def test_what_is_due_again_is_done_again(begin):
    job, schedule = Counted(), Schedule()
    schedule.every(0.02)(job)
    begin(schedule)
    await job.done(3)


async def test_of_many_processes_one_does_it(begin, db):
    job, other = Counted(), Counted()
    for _ in range(5):
        schedule = Schedule()
        schedule.every(3600)(job)
        schedule.every(0.01, everywhere=True)(other)
        begin(schedule)
    await other.done(50)
    assert job.times == 1


async def test_each_process_does_what_is_done_everywhere(begin):
    jobs = [Counted() for _ in range(3)]
    for job in jobs:
        schedule = Schedule()
        schedule.every(3600, everywhere=True)(job)
        begin(schedule)
    for job in jobs:
        await job.done(1)


async def test_a_turn_comes_again_once_its_time_is_over(db, until):
    assert await take_turn(db, "job", 0.2)
    assert not await take_turn(db, "job", 0.2)
    assert await take_turn(db, "another", 0.2)
    async with asyncio.timeout(30):
        while not await take_turn(db, "job", 3600):  # noqa: ASYNC110
            await asyncio.sleep(0.02)
    assert not await take_turn(db, "job", 0.2)


async def test_of_many_who_ask_at_once_for_the_first_time_one_is_told_yes(db):
    assert sum(await asyncio.gather(*(take_turn(db, "job", 60) for _ in range(20)))) == 1


async def test_what_a_job_raises_is_logged_and_it_runs_again(begin, caplog):
    job, schedule = Counted(), Schedule()

    @schedule.every(0.01)
    async def fails(db):
        await job(db)
        raise RuntimeError("no")

    begin(schedule)
    await job.done(2)
    record = caplog.records[0]
    assert record.getMessage().endswith("fails failed")
    assert record.exc_info[0] is RuntimeError


async def test_a_database_that_is_away_is_one_line_without_a_traceback(begin, caplog):
    job, schedule = Counted(), Schedule()

    @schedule.at_start
    async def asks(db):
        await job(db)
        raise DatabaseAway("gone")

    begin(schedule)
    await job.done(1)
    await schedule.stop()
    assert [(record.exc_info, record.getMessage().endswith("the database is away")) for record in caplog.records] == [
        (None, True)
    ]


async def test_a_turn_that_cannot_be_asked_for_is_asked_for_later(io_loop, until, monkeypatch):
    away = connect("mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=10", "away")
    job, schedule = Counted(), Schedule()
    schedule.every(0.01)(job)
    schedule.start(away)
    asked = asyncio.Event()
    monkeypatch.setattr("engine.process.schedule.take_turn", lambda *_: asked.set() or asyncio.sleep(0, True))
    await job.done(1)
    assert asked.is_set()
    await schedule.stop()
    away.client.close()


async def test_a_stop_waits_for_what_runs_and_begins_nothing_more(db):
    schedule, begun, may_end, ended = Schedule(), asyncio.Event(), asyncio.Event(), []

    @schedule.every(0.01, everywhere=True)
    async def slow(db):
        begun.set()
        await may_end.wait()
        ended.append("done")

    schedule.start(db)
    await begun.wait()
    stopping = asyncio.ensure_future(schedule.stop())
    await asyncio.sleep(0)
    assert not stopping.done()
    may_end.set()
    await stopping
    assert ended == ["done"]
