"""Real clients of three generations, from npm and for Python, against a small app."""

import secrets
import subprocess
from pathlib import Path

import pytest

from engine.backplane.choice import backplane
from engine.limits import Limits
from engine.process import drain, make_server
from engine.tests import people
from engine.tests.app import io, make_app
from engine.tests.clients.javascript import JavaScriptClient
from engine.tests.clients.kinds import KINDS, UPGRADE, Kind, marked
from engine.tests.clients.python import PythonClient

DRAIN_SECONDS = 1
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
def make(office, database, redis_url):
    """`make()` is the app, also once more; it may have `limits` of its own."""
    on_redis = backplane(redis_url, secrets.token_hex(4), people.Person)

    def make(limits: Limits | None = None):
        accounts = people.Accounts(database)
        accounts.authenticate, accounts.ended = office.authenticate, office.ended_lately
        return make_app(connection=greet, accounts=accounts, backplane=on_redis, limits=limits)

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


@pytest.fixture(params=map(marked, KINDS))
def kind(request) -> Kind:
    """Every client over every transport; `make test` has one of each generation."""
    return request.param


@pytest.fixture
def start(request, http_server, base_url, io_loop, kind):
    """`client = await start(auth={"token": jwt})` begins to connect, with the options of Socket.IO's `io()`."""
    clients = []

    async def start(namespace: str = "", url: str = base_url, **options) -> JavaScriptClient | PythonClient:
        options = {"transports": kind.transports, **options}
        if kind.is_older:
            options["query"] = {**options.pop("auth", {}), **options.get("query", {})}
        if kind.library == "python-socketio":
            clients.append(PythonClient())
            await clients[-1].start(url, namespace, **options)
        else:
            clients.append(JavaScriptClient(request.getfixturevalue("node_port")))
            await clients[-1].start(kind.library, url + namespace, options)
        return clients[-1]

    yield start
    for client in clients:
        io_loop.run_sync(client.close)


@pytest.fixture
def connect(start, kind):
    """`client = await connect(ANNA)` is connected, and upgraded where it can be.

    `client.id` is what the server calls it, `client.name` what it does itself.
    """

    async def connect(who, token: str = "", **options) -> JavaScriptClient | PythonClient:
        client = await start(auth={"token": token or who.jwt}, **options)
        client.name = client.id = await client.received("connect")
        if kind.is_older:
            client.id = io.node.eio.sockets[client.name].client.sockets["/"].id
        if kind.transports == UPGRADE:
            assert await client.received("upgrade") == "websocket"
        return client

    return connect


@pytest.fixture
def restart(app, http_server, http_port, make, io_loop):
    """`await restart()` drains the app, as a signal does, and starts it anew on the same port."""
    running = [(app, http_server)]

    async def restart():
        await drain(*running.pop(), DRAIN_SECONDS)
        app = make()
        running.append((app, make_server(app)))
        running[0][1].listen(http_port)

    yield restart
    io_loop.run_sync(lambda: drain(*running.pop(), 0))
