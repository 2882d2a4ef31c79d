"""Clients from npm: the oldest, a middle and the latest of the versions that speak our protocol."""

import subprocess
from pathlib import Path

import pytest

from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.clients.javascript import LIBRARIES, UPGRADE, JavaScriptClient, Kind

PROGRAM = Path(__file__).parent / "client.cjs"


async def greet(socket, user):
    """What the app does for every new connection."""
    await io.send(io.user_room(user.id), "welcome_event", f"Hello {user.id}")


@pytest.fixture
def office() -> people.Office:
    """Issues tokens that expire, and ends sessions."""
    return people.Office()


@pytest.fixture
def database() -> people.Database:
    """Whether handshakes can be served."""
    return people.Database()


@pytest.fixture
def make(office, database):
    """`make()` is the app, also once more."""

    def make():
        accounts = people.Accounts(database)
        accounts.authenticate, accounts.ended = office.authenticate, office.ended_lately
        return make_app(connection=greet, accounts=accounts)

    return make


@pytest.fixture
def app(io_loop, make):
    return make()


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
    """`client = await connect(ANNA)` is connected, and upgraded where it can be."""

    async def connect(who, token: str = "") -> JavaScriptClient:
        client = await start(auth={"token": token or who.jwt})
        client.id = await client.received("connect")
        if kind.transports == UPGRADE:
            assert await client.received("upgrade") == "websocket"
        return client

    return connect
