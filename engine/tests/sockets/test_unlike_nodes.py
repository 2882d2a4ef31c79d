"""Nodes on one Redis of which each has a RECOVERY_SECONDS of its own."""

import logging
from functools import partial

import pytest

from engine.backplane.choice import backplane
from engine.limits import Limits
from engine.tests import people
from engine.tests.app import io, make_app


@pytest.fixture
def start(redis, io_loop):
    """`node = start(120)` is a node with that setting, which has looked at the others; they end with the test."""
    started = []

    def start(seconds: float):
        with io.beside():
            limits, place = Limits(recovery_seconds=seconds), backplane(redis.url, "realtime", people.Person)
            app = make_app(accounts=people.Accounts(), limits=limits, backplane=place)
        started.append(app.settings["node"])
        io_loop.run_sync(started[-1].start)
        io_loop.run_sync(partial(look, started[-1]))
        return started[-1]

    yield start
    for node in started:
        io_loop.run_sync(node.backplane.stop)


async def look(node):
    """Return once it has, as replies come in order."""
    for _ in range(2):
        await node.backplane.bus.link.call("PING")


@pytest.fixture
def told(caplog):
    return lambda: [each.getMessage() for each in caplog.records if each.levelno == logging.WARNING]


def test_one_that_differs_says_what_to_do(start, told):
    start(120)
    start(120)
    assert told() == []

    start(60)

    assert told() == [
        "RECOVERY_SECONDS is 60 here and something else at 2 of 3 nodes: set it to the same for all, or clients that "
        "come back may miss events"
    ]


@pytest.mark.parametrize(("one", "other"), [(0, 120), (120, 0)])
def test_one_without_recovery_differs_from_one_that_has_it(start, told, one, other):
    start(one)
    start(other)

    assert len(told()) == 1


def test_it_says_so_once_however_often_it_connects(start, told, io_loop, until):
    start(120)
    node = start(60)
    link = node.backplane.bus.link

    async def connect_again():
        before = link.server
        link._connection.abort("the test has cut it")
        await until(lambda: link.server is not before and node.backplane.ready)
        await look(node)

    io_loop.run_sync(connect_again)

    assert len(told()) == 1


def test_those_that_have_ended_do_not_count(start, told, io_loop):
    io_loop.run_sync(start(120).backplane.stop)

    start(60)
    start(60)

    assert told() == []
