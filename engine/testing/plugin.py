"""The test kit: the real app on a real MongoDB, and what users do as verbs.

    anna = await register("anna")                     a user: id, username, email, jwt, refresh_token
    answer = await call("GET", "/rooms", as_=anna)    a request of hers: status, json, headers
    client = await connect(anna)                      a Socket.IO client of hers; as many as you like
    ack = await client.call("typing", form)           emits, and returns the ack; `emit` asks for none
    payload = await received(client, "notice")        the next event of that name, within 5 seconds
    mail = await mailbox.next("anna@example.com")     what was mailed to her: subject, text; see Mailbox
    names = await client.settled()                    what has come, once connection() and all that was sent is done

A test takes the verbs that it needs as arguments, `async def test_...(register, call):`, and starts with an empty
database. `db` is that database, for models; `io` works as it does in handlers.
"""

import asyncio
import dataclasses
import gc
import inspect
import json
import os
import secrets
import shutil
from contextlib import nullcontext
from functools import partial
from pathlib import Path

import hypothesis
import pytest
from pymongo import MongoClient
from tornado.httpclient import AsyncHTTPClient
from tornado.ioloop import IOLoop

from engine.http import application
from engine.mongo import connect as connect_database
from engine.mongo import mongod
from engine.process import drain, make_server, new_event_loop
from engine.testing.client import Client, Inbox
from engine.testing.mailbox import Mailbox
from engine.testing.people import Answer, Someone
from engine.testing.wire import Wire

DATABASE = f"test_{secrets.token_hex(4)}"
TEST_SECONDS = 10
ROOT = Path(__file__).parents[2]
MACOS_CHROME = "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome"


def pytest_configure(config):
    """`make test` tries a few examples of what hypothesis makes up, `make test-all` many."""
    examples = 50 if "not slow" in config.option.markexpr else 500
    hypothesis.settings.register_profile("tests", max_examples=examples, deadline=None)
    hypothesis.settings.load_profile("tests")


def pytest_collection_finish():
    """Tests look for garbage of their own: what is here by now stays, as in the app itself."""
    gc.freeze()


def pytest_collection_modifyitems(items):
    """Lets every `async def test_…` run in the event loop."""
    for item in items:
        if inspect.iscoroutinefunction(item.obj) and not item.get_closest_marker("gen_test"):
            item.add_marker(pytest.mark.gen_test(timeout=TEST_SECONDS))


@pytest.fixture
def io_loop():
    """The event loop that the app runs on, instead of pytest-tornado's."""
    loop = new_event_loop()
    asyncio.set_event_loop(loop)
    io_loop = IOLoop(asyncio_loop=loop, make_current=False)
    yield io_loop
    if left := asyncio.all_tasks(loop):
        # Else the garbage collector finds them, and what it says of them comes in the middle of another test.
        for task in left:
            task.cancel()
        loop.run_until_complete(asyncio.wait(left, timeout=1))
    io_loop.close(all_fds=True)
    asyncio.set_event_loop(None)


@pytest.fixture(scope="session")
def mongodb_url(tmp_path_factory, prepare):
    """One MongoDB for the whole run: that of MONGODB_URL, where it is set, or a private one."""
    given = os.environ.get("MONGODB_URL")
    with nullcontext(given) if given else mongod.running(tmp_path_factory.mktemp("mongo")) as url:
        # Nobody needs what tests write after the run: it need not be on the disk before the next line runs.
        url = url.replace("journal=true", "w=1")
        asyncio.run(on_database(url, prepare))
        yield url
        asyncio.run(on_database(url, lambda db: db.client.drop_database(DATABASE)))


async def on_database(url: str, action):
    db = connect_database(url, DATABASE)
    await action(db)
    db.client.close()


@pytest.fixture(scope="session")
def empty(mongodb_url):
    """`empty()` removes every document. It has one client for all tests, since connecting takes longer than this."""
    with MongoClient(mongodb_url) as client:

        def empty():
            for collection in map(client[DATABASE].get_collection, client[DATABASE].list_collection_names()):
                if collection.find_one({}, {"_id": 1}):
                    collection.delete_many({})

        yield empty


@pytest.fixture
def db(io_loop, mongodb_url, empty):
    """The database, as models take it."""
    empty()
    db = connect_database(mongodb_url, DATABASE)
    yield db
    db.client.close()


@pytest.fixture(autouse=True)
def fine_timer(monkeypatch):
    """The engine's timer is up to 0.1 s late, so that it costs thousands of sockets little: here up to 0.01 s."""
    monkeypatch.setattr("engine.loop.wheel.TICK_SECONDS", 0.005)


@pytest.fixture
def open_mailbox(io_loop):
    """`open_mailbox(password="…")` is a mail server, which ends with the test; see Mailbox."""
    opened = []

    def open_mailbox(**options) -> Mailbox:
        mailbox = Mailbox()
        io_loop.run_sync(partial(mailbox.open, **options))
        opened.append(mailbox)
        return mailbox

    yield open_mailbox
    for mailbox in opened:
        mailbox.close()


@pytest.fixture
def mailbox(open_mailbox, monkeypatch) -> Mailbox:
    """`mail = await mailbox.next("anna@example.com")` is what the app has sent her; it needs `mailbox.settings`."""
    monkeypatch.setattr(application, "LATER_SECONDS", 0)
    return open_mailbox()


@pytest.fixture
def http_server(io_loop, app, _unused_port):
    """The app's own server, with its limits and time-outs."""
    server = make_server(app)
    server.add_socket(_unused_port[0])
    yield server
    io_loop.run_sync(partial(drain, app, server, 0))


@pytest.fixture
def http_client(http_server):
    """Runs as many requests at once as a test likes."""
    client = AsyncHTTPClient(force_instance=True, max_clients=1000)
    yield client
    client.close()


@pytest.fixture
def call(http_client, base_url):
    """`answer = await call("POST", "/rooms", {"name": "Tea"}, as_=anna)` sends a request; without `as_` as nobody."""

    async def call(method: str, path: str, body=None, *, as_: Someone | None = None) -> Answer:
        response = await http_client.fetch(
            base_url + path,
            method=method,
            headers={"Authorization": f"Bearer {as_.jwt}"} if as_ else {},
            body=None if body is None else json.dumps(body),
            allow_nonstandard_methods=True,
            raise_error=False,
        )
        return Answer(response.code, json.loads(response.body or b"null"), response.headers)

    return call


@pytest.fixture
def register(call):
    """`anna = await register("anna")` makes a user, whose token is `anna.jwt`."""

    async def register(name: str) -> Someone:
        form = {"username": name, "email": f"{name}@example.com", "password": "correct horse"}
        answer = await call("POST", "/auth/local/register", form)
        assert answer.status == 200, answer.json
        user = answer.json["user"]
        return Someone(user["id"], user["username"], user["email"], answer.json["jwt"], answer.json["refreshToken"])

    return register


@pytest.fixture
def connect(http_server, base_url, io_loop):
    """`client = await connect(anna)` opens a connection of hers, which ends with the test; see Client."""
    clients = []

    async def connect(who: Someone | None = None, **options) -> Client:
        client = Client(base_url)
        clients.append(client)
        await client.open(who and who.jwt, **options)
        return client

    yield connect
    for client in clients:
        io_loop.run_sync(client.close)


@pytest.fixture
def wire(http_server, base_url, io_loop):
    """`wire = await wire()` opens a bare WebSocket; `wire("&jwt=…", headers)` with more in its request."""
    wires = []

    async def wire(query: str = "", headers: dict[str, str] | None = None) -> Wire:
        wires.append(await Wire.open(f"{base_url}/socket.io/?EIO=4&transport=websocket{query}", headers))
        return wires[-1]

    yield wire
    for each in wires:
        each.close()


@pytest.fixture
def received():
    """`payload = await received(client, "notice")` waits for the next event of that name, or says what came."""
    return Inbox.received


@pytest.fixture(autouse=True)
def own_events(io):
    """A test may register events with `@io.on`; they are gone after it."""
    before = dict(io.events)
    yield
    io.events.clear()
    io.events.update(before)


@pytest.fixture
def limits(app, io):
    """`limits(hook_seconds=0.1)` changes bounds for those who connect after it."""

    def limits(**changes):
        io.server.limits = io.server.eio.limits = dataclasses.replace(io.server.limits, **changes)

    return limits


@pytest.fixture
def until():
    """`await until(lambda: …)` waits for something that no event tells."""

    async def until(condition):
        async with asyncio.timeout(5):
            while not condition():  # noqa: ASYNC110
                await asyncio.sleep(0.005)

    return until


@pytest.fixture(scope="session")
def node() -> str:
    """The program that runs JavaScript; what package.json lists is installed."""
    program = needed(shutil.which("node"), "Node: sudo apt-get install nodejs npm, then make test")
    needed((ROOT / "node_modules" / "socket.io-client").exists(), "the packages of package.json: make test")
    return program


@pytest.fixture(scope="session")
def chromium(node) -> str:
    """The browser, for playwright-core to drive."""
    names = ("chromium", "chromium-browser", "google-chrome", MACOS_CHROME)
    return needed(next(filter(None, map(shutil.which, names)), None), "Chromium: sudo apt-get install chromium")


def needed(found, missing: str):
    """`found`, or else the test is skipped, saying how to get what is missing. With CI=true it fails."""
    if not found:
        refuse = pytest.fail if os.environ.get("CI") == "true" else pytest.skip
        refuse(f"This test needs {missing}")
    return found
