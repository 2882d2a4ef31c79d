"""A Redis that may throw away what it was told."""

import logging

import pytest

from engine.backplane.choice import backplane
from engine.tests import people
from engine.tests.app import make_app


@pytest.fixture
def served(open_redis, io_loop, caplog):
    """`served("allkeys-lru")` starts an app on a Redis of that policy, and returns what was warned of."""

    def served(policy: str) -> list[str]:
        redis = open_redis("--maxmemory-policy", policy)
        app = make_app(accounts=people.Accounts(), backplane=backplane(redis.url, "realtime", people.Person))
        io_loop.run_sync(app.settings["node"].start)
        io_loop.run_sync(app.settings["node"].backplane.stop)
        return [record.getMessage() for record in caplog.records if record.levelno >= logging.WARNING]

    return served


def test_it_is_warned_of_at_the_start(served):
    assert served("allkeys-lru") == [
        "Redis may forget what it was told: set its maxmemory-policy to noeviction",
    ]


def test_one_that_keeps_all_is_not(served):
    assert served("noeviction") == []
