"""The kit's `connect` and `received` on an app that has realtime only, so that a test is about nothing else."""

import asyncio
import dataclasses
import logging

import pytest

from engine.http.application import Application
from engine.mail.mailer import Mailer
from realtime import Limits, io
from tests.realtime import people


async def no_hook(socket, user):
    pass


class Database:
    """What the app asks whether handshakes can be served."""

    up, asked = True, 0

    async def is_available(self) -> bool:
        self.asked += 1
        return self.up


@pytest.fixture
def database():
    return Database()


@pytest.fixture
def app(io_loop, settings, database):
    app = Application([], cors_origins=[], mailer=Mailer("", "", "", production=False))
    io.attach(
        app,
        db="the database",
        authenticate=people.authenticate,
        available=database.is_available,
        limits=Limits(refused_seconds=0.05),
    )
    io.server.connection = no_hook
    return app


@pytest.fixture
def office(app, limits, monkeypatch):
    """Who issues the tokens that expire, and is asked about them; see people.Office. The engine's timer is quick."""
    monkeypatch.setattr("engine.loop.wheel.TICK_SECONDS", 0.005)
    office = people.Office()
    io.server.authenticate, io.server.revocations.ended = office.authenticate, office.ended_lately
    limits(ended_seconds=0.01)
    return office


@pytest.fixture
def sockets(app):
    """`sockets("/chat")` are the sockets of a namespace, by default of `/`."""
    return lambda namespace="/": list(io.server.manager.members(None, namespace))


@pytest.fixture
def hook(app):
    """`@hook` makes a function the connection() of the app."""

    def hook(function):
        io.server.connection = function
        return function

    return hook


@pytest.fixture
def limits(app):
    """`limits(hook_seconds=0.1)` changes bounds for those who connect after it."""

    def limits(**changes):
        io.server.limits = io.server.eio.limits = dataclasses.replace(io.server.limits, **changes)

    return limits


@pytest.fixture
def errors(caplog):
    """`errors()` are the records of everything that was logged as an error so far."""
    return lambda: [record for record in caplog.records if record.levelno >= logging.ERROR]


@pytest.fixture
def until():
    """`await until(lambda: …)` waits for something that no event tells."""

    async def until(condition):
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    return until


@pytest.fixture
def heard():
    """`await heard("anna")` returns once all that the user's first client has sent by now is at the server."""

    async def heard(user_id: str):
        await io.request(user_id, "heard?")

    return heard
