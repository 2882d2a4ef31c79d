"""The kit's `connect` and `received` on an app that has realtime only, so that a test is about nothing else.

Of the tests that run on two nodes, see two_nodes.py, the first client is on the second node, the next on the first, and
so on, while `io` speaks for the first.
"""

import logging
import secrets
from functools import partial
from itertools import cycle

import pytest

from engine.backplane.choice import backplane
from engine.backplane.redis.state import State
from engine.limits import Limits
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.people import ANNA


async def no_hook(socket, user):
    pass


@pytest.fixture
def database():
    return people.Database()


@pytest.fixture
def bounds() -> Limits:
    """What the app begins with."""
    return Limits(refused_seconds=0.05)


@pytest.fixture
def make(io_loop, database, redis_url, bounds):
    """Makes the app of a node."""
    return partial(
        make_app,
        connection=no_hook,
        accounts=people.Accounts(database),
        db="the database",
        limits=bounds,
        backplane=backplane(redis_url, secrets.token_hex(4), people.Person),
    )


@pytest.fixture
def app(make):
    return make()


@pytest.fixture
def urls(base_url, beside):
    return cycle([beside.url, base_url] if beside else [base_url])


@pytest.fixture
def office(app, limits, monkeypatch):
    """Who issues the tokens that expire, and is asked about them; see people.Office. The engine's timer is quick."""
    monkeypatch.setattr("engine.loop.wheel.TICK_SECONDS", 0.005)
    office = people.Office()
    io.node.services.accounts.authenticate, io.node.services.accounts.ended = office.authenticate, office.ended_lately
    limits(ended_seconds=0.01)
    return office


@pytest.fixture
def sockets(nodes):
    """`sockets("/chat")` are the sockets of a namespace, by default of `/`."""
    return lambda namespace="/": [socket for node in nodes for socket in node.hub.everybody(namespace)]


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


@pytest.fixture
def numbers(nodes):
    """`numbers()` are those of the nodes' connections in Redis."""
    return lambda: {node.backplane.bus.link.server.client for node in nodes}


@pytest.fixture
def all_arrive(connect, received, are):
    """`await all_arrive()`: what the first node sends from now on reaches clients of both, whole and in order."""

    async def all_arrive():
        await are(State.HERE)
        clients = [await connect(ANNA), await connect(ANNA)]
        for number in range(200):
            await io.send("user::anna", "all", number)
        for client in clients:
            assert [await received(client, "all") for _ in range(200)] == [*range(200)]

    return all_arrive
