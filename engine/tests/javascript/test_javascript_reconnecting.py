"""What a JavaScript client does when its connection ends: come back by itself, or stay away for good."""

import asyncio
import time

import pytest

import models
from app import make_app
from engine.process import drain, make_server
from realtime import io
from tests.javascript.client import LIBRARIES, UPGRADE, Kind

pytestmark = pytest.mark.slow

DRAIN_SECONDS = 1
FOR_NOW = [("transport close", True), ("transport error", True)]
FOR_GOOD = ("io server disconnect", False)


@pytest.fixture
def restart(app, http_server, http_port, settings, db, io_loop):
    """`await restart()` drains the app, as a signal does, and starts it anew on the same port."""
    running = [(app, http_server)]

    async def restart(db=db):
        await drain(*running.pop(), DRAIN_SECONDS)
        app = make_app(settings, db)
        running.append((app, make_server(app)))
        running[0][1].listen(http_port)

    yield restart
    io_loop.run_sync(lambda: drain(*running.pop(), 0))


@pytest.fixture
def database_away(io_loop):
    """A database that nobody can reach."""
    db = models.connect("mongodb://127.0.0.1:1/?serverSelectionTimeoutMS=20", "away")
    yield db
    db.client.close()


async def test_a_client_comes_back_by_itself_when_the_server_restarts(register, call, connect, received, restart):
    ann = await register("ann")
    room = (await call("POST", "/rooms", {"name": "Tea"}, as_=ann)).json
    client = await connect(ann)
    await received(client, "welcome_event")
    await restart()
    assert (await received(client, "closing"))["code"] == "drain"
    assert await received(client, "disconnect") in FOR_NOW
    await received(client, "welcome_event")
    message = (await call("POST", f"/rooms/{room['id']}/messages", {"text": "back?"}, as_=ann)).json
    assert await received(client, "message") == message


async def test_one_who_is_thrown_out_hears_why_first_and_stays_away(register, connect, received):
    ann, bob = await register("ann"), await register("bob")
    tabs, other = [await connect(ann) for _ in range(2)], await connect(bob)
    await io.disconnect(ann.id, "You have been naughty.")
    for tab in tabs:
        assert await received(tab, "disconnect") == FOR_GOOD
        assert tab.events[-1] == ("closing", {"code": "kicked", "message": "You have been naughty."})
    assert "closing" not in await other.settled()
    assert await io.online(ann.id) is False


async def test_one_whose_token_expires_hears_why_and_stays_away(register, connect, received):
    ann = await register("ann")
    client = await connect(ann)
    socket = io.server.manager.socket(client.id, "/")
    socket.expires_at = time.time()
    socket.session.look()
    assert (await received(client, "closing"))["code"] == "expired"
    assert await received(client, "disconnect") == FOR_GOOD
    assert await io.online(ann.id) is False


async def test_one_whose_session_ends_hears_why_and_stays_away(register, call, connect, received):
    ann = await register("ann")
    client = await connect(ann)
    assert (await call("POST", "/auth/logout", as_=ann)).status == 200
    assert await received(client, "closing") == {"code": "revoked", "message": "You logged out."}
    assert await received(client, "disconnect") == FOR_GOOD
    await asyncio.sleep(0.2)
    assert await io.online(ann.id) is False


async def test_a_client_whose_hook_failed_is_told_and_comes_back(register, start, received):
    ann = await register("ann")
    sockets = []

    async def fails_once(socket, user):
        sockets.append(socket.id)
        if len(sockets) == 1:
            raise RuntimeError("the rooms could not be read")
        await socket.send("in", 1)

    io.server.connection = fails_once
    client = await start(auth={"token": ann.jwt})
    assert (await received(client, "closing"))["code"] == "hook_failed"
    assert await received(client, "disconnect") in FOR_NOW
    assert await received(client, "in") == 1
    assert len(sockets) == 2


@pytest.mark.parametrize("kind", [Kind(LIBRARIES[0], (transport,)) for transport in UPGRADE], ids=UPGRADE)
async def test_a_client_gets_in_by_itself_once_the_database_is_back(register, start, received, restart, database_away):
    ann = await register("ann")
    await restart(database_away)
    client = await start(auth={"token": ann.jwt})
    # The first handshake finds it out at CONNECT; those after it get a 503.
    error = await received(client, "connect_error")
    assert error["active"] is True
    assert "data" not in error
    await restart()
    assert await received(client, "welcome_event") == "Hello ann@example.com"
