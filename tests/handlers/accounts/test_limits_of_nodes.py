"""Tries to log in on two nodes that share a Redis: they count together, and each by itself while it is away."""

import json

import pytest

import app as application

RIGHT, WRONG = "correct horse", "wrong horse"
TRIES = 10
"""By name and address in five minutes."""


@pytest.fixture
def given(redis) -> dict:
    return {"rate_limits": True, "redis_url": redis.url}


@pytest.fixture
def urls(http_server, base_url, serve_beside, settings, db) -> list[str]:
    """Where the two are."""
    return [base_url, serve_beside(lambda: application.make_app(settings, db)).url]


@pytest.fixture
def log_in(http_client):
    """`status = await log_in(url, WRONG)` tries it as ann."""

    async def log_in(url: str, password: str) -> int:
        form = json.dumps({"identifier": "ann", "password": password})
        headers = {"Content-Type": "application/json"}
        answer = await http_client.fetch(
            f"{url}/auth/local", method="POST", body=form, headers=headers, raise_error=False
        )
        return answer.code

    return log_in


async def test_two_nodes_do_not_double_the_tries(register, urls, log_in):
    await register("ann")

    tries = [await log_in(urls[number % 2], WRONG) for number in range(TRIES)]

    assert tries == [400] * TRIES
    assert [await log_in(url, RIGHT) for url in urls] == [429, 429]


async def test_while_redis_is_away_users_log_in_and_guessing_is_limited(register, urls, log_in, redis):
    await register("ann")
    redis.stop()

    assert [await log_in(url, RIGHT) for url in urls] == [200, 200]
    assert [await log_in(urls[0], WRONG) for _ in range(TRIES + 1)] == [400] * TRIES + [429]

    redis.start()
    assert await log_in(urls[1], RIGHT) == 200


async def test_a_redis_that_does_not_answer_holds_up_nobody(register, urls, log_in, redis):
    await register("ann")
    redis.freeze()

    assert [await log_in(url, RIGHT) for url in urls] == [200, 200]
