"""Whether MongoDB can be asked: found out once for all who want to know, and never by waiting long."""

import asyncio

import pytest
from pymongo.monitoring import CommandListener

from engine.mongo import DatabaseAway
from engine.mongo.availability import Availability

NOBODY = "mongodb://127.0.0.1:9/?serverSelectionTimeoutMS=50"


class Pings(CommandListener):
    """Counts the pings that went to MongoDB."""

    def __init__(self):
        self.count = 0

    def started(self, event):
        self.count += event.command_name == "ping"

    def succeeded(self, event):
        pass

    failed = succeeded


@pytest.fixture
def pings():
    return Pings()


@pytest.fixture
def here(db, mongodb_url, open_database, pings) -> Availability:
    return Availability(open_database(mongodb_url, db.name, event_listeners=[pings]))


@pytest.fixture
def away(open_database) -> Availability:
    return Availability(open_database(NOBODY, "away"))


async def test_a_database_that_answers_may_be_asked(here):
    await here.check()
    assert await here.ask()
    assert not here.away


async def test_many_who_want_to_know_at_once_are_one_question(here, pings):
    await asyncio.gather(*(here.check() for _ in range(100)))
    assert pings.count == 1


async def test_an_answer_is_good_for_a_second(here, pings, monkeypatch):
    await here.check()
    await here.check()
    assert pings.count == 1
    monkeypatch.setattr("engine.mongo.availability.FRESH_SECONDS", 0)
    await here.check()
    assert pings.count == 2


async def test_whoever_asks_while_it_is_away_is_told_so(away):
    answers = await asyncio.gather(*(away.check() for _ in range(100)), return_exceptions=True)
    assert {type(answer) for answer in answers} == {DatabaseAway}
    assert not await away.ask()
    assert away.away


async def test_one_who_gives_up_takes_the_answer_from_nobody(here):
    impatient, patient = asyncio.create_task(here.check()), asyncio.create_task(here.check())
    await asyncio.sleep(0)
    impatient.cancel()
    assert await patient is None
