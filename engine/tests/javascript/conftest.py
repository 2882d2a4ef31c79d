"""Clients from npm: the oldest, a middle and the latest of the versions that speak our protocol."""

import subprocess
from pathlib import Path

import pytest

from tests.javascript.client import LIBRARIES, UPGRADE, JavaScriptClient, Kind

PROGRAM = Path(__file__).parent / "client.cjs"


@pytest.fixture(autouse=True)
def steady(steady_connection):
    """What a clone's own connection() sends is not what these tests are about."""


@pytest.fixture(scope="session")
def node_port(node) -> int:
    """One process of Node for all clients of all tests: starting it takes longer than most tests."""
    process = subprocess.Popen([node, PROGRAM], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    yield int(process.stdout.readline())
    process.stdin.close()
    process.wait(timeout=10)


def kinds():
    """Every version over every transport; `make test` has the latest, over both with the upgrade between them."""
    for library in LIBRARIES:
        for transports in (UPGRADE, ("websocket",), ("polling",)):
            marks = [] if (library, transports) == (LIBRARIES[0], UPGRADE) else [pytest.mark.slow]
            yield pytest.param(Kind(library, transports), id=f"{library}:{'+'.join(transports)}", marks=marks)


@pytest.fixture(params=kinds())
def kind(request) -> Kind:
    return request.param


@pytest.fixture
def start(node_port, http_server, base_url, io_loop, kind):
    """`client = await start(auth={"token": jwt})` begins to connect, with the options of Socket.IO's `io()`."""
    clients = []

    async def start(**options) -> JavaScriptClient:
        client = JavaScriptClient(node_port)
        await client.start(kind.library, base_url, **{"transports": kind.transports, **options})
        clients.append(client)
        return client

    yield start
    for client in clients:
        io_loop.run_sync(client.close)


@pytest.fixture
def connect(start, kind):
    """`client = await connect(anna)` is connected, and upgraded where it can be."""

    async def connect(who) -> JavaScriptClient:
        client = await start(auth={"token": who.jwt})
        client.id = await client.received("connect")
        if kind.transports == UPGRADE:
            assert await client.received("upgrade") == "websocket"
        return client

    return connect
