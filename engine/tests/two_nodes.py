"""Tests of an app whose conftest makes it by `make()` from a `redis_url`, on two nodes.

Those marked `contract` run on one node, and also on two with Redis, those marked `two_nodes` on two.
"""

import pytest

from engine.node import Node
from engine.testing.nodes import Beside
from engine.tests.app import io


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
def nodes(app, beside) -> list[Node]:
    """The nodes of the test, that of `app` first."""
    return [app.settings["node"], *([beside.node] if beside else [])]


@pytest.fixture
def hook(nodes):
    """`@hook` makes a function the connection() of the app."""

    def hook(function):
        for node in nodes:
            node.services.connection = function
        return function

    return hook


@pytest.fixture
def are(nodes, until):
    """`await are(State.AWAY)` returns once both nodes stand so with Redis."""

    async def are(state):
        await until(lambda: all(node.backplane.bus.link.state is state for node in nodes))

    return are
