"""What is asked within one turn of the event loop is one query."""

import asyncio

import pytest

from engine.mongo.grouped import grouped


class Counter:
    """A `fetch` that remembers what it was asked, and answers in capitals."""

    def __init__(self, error=None):
        self.calls, self.error = [], error
        self.called, self.may_answer = asyncio.Event(), asyncio.Event()
        self.may_answer.set()

    async def __call__(self, db, keys):
        self.calls.append((db, sorted(keys)))
        self.called.set()
        await self.may_answer.wait()
        if self.error:
            raise self.error
        return {key: key.upper() for key in keys if key != "nobody"}


def asked(fetch):
    async def call(db, keys):
        return await fetch(db, keys)

    return grouped(call)


async def test_all_who_ask_in_one_turn_share_one_query():
    fetch = Counter()
    get = asked(fetch)
    answers = await asyncio.gather(*(get("db", key) for key in ["ann", "bob", "ann", "nobody"]))
    assert answers == ["ANN", "BOB", "ANN", None]
    assert fetch.calls == [("db", ["ann", "bob", "nobody"])]


async def test_who_asks_later_asks_anew():
    fetch = Counter()
    get = asked(fetch)
    await get("db", "ann")
    await get("db", "ann")
    assert len(fetch.calls) == 2


async def test_two_databases_are_not_mixed_up():
    fetch = Counter()
    get = asked(fetch)
    await asyncio.gather(get("one", "ann"), get("two", "bob"), get("one", "eve"))
    assert ("two", ["bob"]) in fetch.calls
    assert all(keys == ["bob"] for db, keys in fetch.calls if db == "two")


async def test_one_who_gives_up_takes_the_answer_from_nobody():
    fetch = Counter()
    fetch.may_answer.clear()
    get = asked(fetch)
    first, second = asyncio.ensure_future(get("db", "ann")), asyncio.ensure_future(get("db", "ann"))
    await fetch.called.wait()
    first.cancel()
    fetch.may_answer.set()
    assert await second == "ANN"
    with pytest.raises(asyncio.CancelledError):
        await first


async def test_an_error_reaches_everyone_who_waits():
    get = asked(Counter(error=ValueError("no")))
    answers = await asyncio.gather(get("db", "ann"), get("db", "bob"), return_exceptions=True)
    assert [type(answer) for answer in answers] == [ValueError, ValueError]
