"""Limits that several processes share in Redis, and what they do while it is away."""

import logging

import pytest

from engine.http.errors import ApiError
from engine.http.rate_limits import RateLimits

RATES = {"login": "10 per 5 minutes"}


@pytest.fixture
def two(patient, redis):
    """The limits of two processes."""
    return pair(redis)


def pair(redis) -> list[RateLimits]:
    return [RateLimits(RATES, redis_url=redis.url, redis_prefix="app") for _ in range(2)]


async def spend(two, times: int, who: str = "ann"):
    for number in range(times):
        await two[number % 2].spend("login", who)


async def test_two_processes_do_not_double_a_limit(two):
    await spend(two, 10)

    for limits in two:
        with pytest.raises(ApiError) as refused:
            await limits.spend("login", "ann")
        assert 290 < int(refused.value.headers()["Retry-After"]) <= 300
    await spend(two, 10, "bob")


async def test_what_is_given_back_or_forgotten_does_not_count(two):
    await spend(two, 10)
    await two[0].give_back("login", "ann")
    await two[1].spend("login", "ann")

    await two[0].forget("login", "ann")

    await spend(two, 10)


async def test_a_window_ends_in_redis_too(two, redis):
    await spend(two, 1)

    (key,) = redis.ask("KEYS", "*")

    assert key.startswith(b"app:limit:")
    assert 295 < redis.ask("TTL", key) <= 300


async def test_while_redis_is_away_each_process_counts_for_itself_and_says_so_once(two, redis, caplog):
    await spend(two, 10)
    redis.stop()

    await spend(two[:1] * 2, 10)
    with pytest.raises(ApiError):
        await two[0].spend("login", "ann")

    assert len([each for each in caplog.records if each.levelno == logging.ERROR]) == 1


async def test_a_redis_that_does_not_answer_is_not_waited_for_long(redis):
    two = pair(redis)
    redis.freeze()

    await spend(two, 20)

    redis.thaw()
