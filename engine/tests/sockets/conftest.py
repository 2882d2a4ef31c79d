"""The kit's `connect` and `received` on an app that has realtime only, so that a test is about nothing else.

Tests marked `contract` run on one node, and also on two with Redis, those marked `two_nodes` on two: the first client
is then on the second node, the next on the first, and so on, while `io` speaks for the first.
"""

import logging
import secrets
from functools import partial
from itertools import cycle

import pytest

from engine.backplane.choice import backplane
from engine.backplane.redis.state import State
from engine.limits import Limits
from engine.node import Node
from engine.testing.nodes import Beside
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.people import ANNA


async def no_hook(socket, user):
    pass


@pytest.fixture
def database():
    return people.Database()


def pytest_configure(config):
    config.addinivalue_line("markers", "contract: of the contract of `io`, which two nodes with Redis keep as well")
    config.addinivalue_line("markers", "two_nodes(fixture): on two nodes, whose Redis is that fixture, or a shared one")
    config.addinivalue_line("markers", "one_node: about what is inside a node, in a file of the contract")


def pytest_generate_tests(metafunc):
    marked = metafunc.definition.get_closest_marker
    if marked("contract") and not marked("one_node") and "on_two_nodes" in metafunc.fixturenames:
        metafunc.parametrize("on_two_nodes", [False, True], ids=["one node", "two nodes"], indirect=True)


@pytest.fixture
def on_two_nodes(request) -> bool:
    return getattr(request, "param", request.node.get_closest_marker("two_nodes") is not None)


@pytest.fixture
def redis_url(on_two_nodes, request) -> str:
    """Which Redis the nodes have, "" for none."""
    marker = request.node.get_closest_marker("two_nodes")
    name = marker.args[0] if marker and marker.args else "shared_redis"
    return request.getfixturevalue(name).url if on_two_nodes else ""


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
def beside(http_server, app, make, on_two_nodes, request) -> Beside | None:
    """The second node, where there are two. `settled` then also waits for what is on its way between them."""
    if not on_two_nodes:
        return None
    beside = request.getfixturevalue("serve_beside")(make)

    @io.on("settled?")
    async def settled(socket):
        for node in (app.settings["node"], beside.node):
            if node.backplane.bus.is_here:
                await node.backplane.bus.link.call("PING")

    return beside


@pytest.fixture
def urls(base_url, beside):
    return cycle([beside.url, base_url] if beside else [base_url])


@pytest.fixture
def nodes(app, beside) -> list[Node]:
    """The nodes of the test, that of `app` first."""
    return [app.settings["node"], *([beside.node] if beside else [])]


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
def hook(nodes):
    """`@hook` makes a function the connection() of the app."""

    def hook(function):
        for node in nodes:
            node.services.connection = function
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


@pytest.fixture
def are(nodes, until):
    """`await are(State.AWAY)` returns once both nodes stand so with Redis."""

    async def are(state):
        await until(lambda: all(node.backplane.bus.link.state is state for node in nodes))

    return are


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
