"""The kit's `connect` and `received` on an app that has realtime only, so that a test is about nothing else."""

import logging

import pytest

from engine.limits import Limits
from engine.tests import people
from engine.tests.app import io, make_app


async def no_hook(socket, user):
    pass


@pytest.fixture
def database():
    return people.Database()


@pytest.fixture
def app(io_loop, database):
    return make_app(
        connection=no_hook,
        accounts=people.Accounts(database),
        db="the database",
        limits=Limits(refused_seconds=0.05),
    )


@pytest.fixture
def office(app, limits, monkeypatch):
    """Who issues the tokens that expire, and is asked about them; see people.Office. The engine's timer is quick."""
    monkeypatch.setattr("engine.loop.wheel.TICK_SECONDS", 0.005)
    office = people.Office()
    io.node.services.accounts.authenticate, io.node.services.accounts.ended = office.authenticate, office.ended_lately
    limits(ended_seconds=0.01)
    return office


@pytest.fixture
def sockets(app):
    """`sockets("/chat")` are the sockets of a namespace, by default of `/`."""
    return lambda namespace="/": list(io.node.hub.everybody(namespace))


@pytest.fixture
def hook(app):
    """`@hook` makes a function the connection() of the app."""

    def hook(function):
        io.node.services.connection = function
        return function

    return hook


@pytest.fixture
def errors(caplog):
    """`errors()` are the records of everything that was logged as an error so far."""
    return lambda: [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.fixture
def heard():
    """`await heard("anna")` returns once all that the user's first client has sent by now is at the server."""

    async def heard(user_id: str):
        await io.request(user_id, "heard?")

    return heard
