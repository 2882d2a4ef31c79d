"""Whoever tries too often is told when to come again; nobody pays for another."""

import time

import orjson
import pytest

from engine.http.errors import ApiError
from engine.http.handler import Handler
from engine.http.limits_in_memory import MOST_KEYS
from engine.http.rate_limits import RateLimits, by_address

LOGIN = "login by account and address"
RATES = {LOGIN: "10 per 5 minutes", "password checks": "10 per 5 minutes", "refresh": "30 per minute"}


class Clock:
    """A clock that stands still until `later(60)`."""

    def __init__(self):
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now

    def later(self, seconds: float):
        self.now += seconds


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def limits(clock):
    return RateLimits(RATES, clock=clock)


@pytest.fixture
def later(clock):
    return clock.later


async def spend(limits: RateLimits, times: int, *who: str):
    for _ in range(times):
        await limits.spend(LOGIN, *who)


async def test_the_eleventh_login_in_five_minutes_is_refused_and_told_when_to_come_again(limits, later):
    await spend(limits, 10, "ann", "10.0.0.1")
    later(60)
    with pytest.raises(ApiError) as refused:
        await limits.spend(LOGIN, "ann", "10.0.0.1")
    assert refused.value.headers() == {"Retry-After": "240"}
    assert orjson.loads(refused.value.envelope())["error"] == {
        "status": 429,
        "name": "RateLimitError",
        "message": "Too many attempts, try again in 4 minutes",
        "details": {},
    }


async def test_a_clock_of_the_day_that_is_set_back_makes_no_wait_longer(monkeypatch):
    limits, time_of_day = RateLimits(RATES), time.time
    await spend(limits, 10, "ann")
    monkeypatch.setattr(time, "time", lambda: time_of_day() - 7200)
    with pytest.raises(ApiError) as refused:
        await limits.spend(LOGIN, "ann")
    assert 1 <= int(refused.value.headers()["Retry-After"]) <= 300
    monkeypatch.setattr(time, "time", lambda: time_of_day() + 7200)
    assert not await limits.has_room(LOGIN, "ann")


async def test_who_comes_when_told_to_is_let_in(limits, later):
    await spend(limits, 10, "ann")
    later(300)
    await spend(limits, 10, "ann")


async def test_trying_on_does_not_make_the_wait_longer(limits, later):
    await spend(limits, 10, "ann")
    for _ in range(299):
        assert not await limits.has_room(LOGIN, "ann")
        later(1)
    later(1)
    assert await limits.has_room(LOGIN, "ann")


@pytest.mark.parametrize("seconds", [0, 298, 299.5])
async def test_the_header_never_says_that_one_need_not_wait(limits, later, seconds):
    await spend(limits, 10, "ann")
    later(seconds)
    with pytest.raises(ApiError) as refused:
        await limits.spend(LOGIN, "ann")
    assert 1 <= int(refused.value.headers()["Retry-After"]) <= 300 - seconds + 1


async def test_others_are_not_held_up(limits):
    await spend(limits, 10, "ann", "10.0.0.1")
    await limits.spend(LOGIN, "ann", "10.0.0.2")
    await limits.spend(LOGIN, "ben", "10.0.0.1")
    await limits.spend("password checks", "ann", "10.0.0.1")


async def test_two_names_are_not_mistaken_for_one(limits):
    await spend(limits, 10, "a", "b/c")
    assert await limits.has_room(LOGIN, "a/b", "c")
    assert await limits.has_room(LOGIN, "a', 'b/c")


async def test_what_is_forgotten_or_given_back_may_be_spent_again(limits):
    await spend(limits, 10, "ann")
    await limits.give_back(LOGIN, "ann")
    assert await limits.has_room(LOGIN, "ann")
    assert not await limits.has_room(LOGIN, "ann")
    await limits.forget(LOGIN, "ann")
    await spend(limits, 10, "ann")


async def test_a_try_that_was_refused_does_not_count(limits):
    await spend(limits, 10, "ann")
    for _ in range(5):
        assert not await limits.has_room(LOGIN, "ann")
    await limits.give_back(LOGIN, "ann")
    assert await limits.has_room(LOGIN, "ann")


async def test_nobody_saves_up_more_tries_than_the_limit(limits):
    for _ in range(5):
        await limits.give_back(LOGIN, "ann")
    await spend(limits, 10, "ann")
    assert not await limits.has_room(LOGIN, "ann")


async def test_without_limits_nothing_is_counted():
    limits = RateLimits(RATES, on=False)
    await spend(limits, 1000, "ann")
    await limits.give_back(LOGIN, "ann")
    await limits.forget(LOGIN, "ann")
    assert limits.storage.windows == {}


@pytest.mark.parametrize(
    ("address", "counted_as"),
    [
        ("10.0.0.1", "10.0.0.1"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ("2001:db8:1:2::", "2001:db8:1:2::"),
        ("2001:db8:1:3::1", "2001:db8:1:3::"),
        ("::ffff:10.0.0.1", "10.0.0.1"),
        ("", ""),
        ("@", "@"),
    ],
)
def test_addresses_of_one_customer_count_as_one(address, counted_as):
    assert by_address(address) == counted_as


async def test_thousands_who_try_once_hold_up_nobody_and_are_forgotten(limits, later):
    for number in range(10_000):
        await limits.spend(LOGIN, f"somebody-{number}", "x" * 1000)
    before = time.process_time()
    for number in range(100):
        await limits.spend(LOGIN, f"else-{number}")
    assert time.process_time() - before < 0.05
    later(301)
    for number in range(2_300):
        await limits.spend(LOGIN, f"later-{number}")
    assert len(limits.storage.windows[300]) == 2_300


async def test_memory_ends_before_the_machine_has_none_left(limits, monkeypatch):
    monkeypatch.setattr("engine.http.limits_in_memory.MOST_KEYS", 100)
    for number in range(300):
        await limits.spend(LOGIN, f"somebody-{number}")
    assert len(limits.storage.windows[300]) <= 100 < MOST_KEYS


class Guarded(Handler):
    limits = RateLimits(RATES)

    async def get(self):
        await self.limits.spend("refresh", "ann")


async def test_a_client_reads_when_to_come_again(app, fetch, error_of):
    app.add_handlers(".*", [("/guarded", Guarded)])
    for _ in range(30):
        assert (await fetch("GET", "/guarded")).code == 200
    refused = await fetch("GET", "/guarded")
    assert error_of(refused)["name"] == "RateLimitError"
    assert refused.code == 429
    assert 1 <= int(refused.headers["Retry-After"]) <= 60
