"""What a client does when its connection ends: come back by itself, or stay away for good."""

import asyncio
import time

import pytest

from engine.endings import Ending
from engine.tests.app import io
from engine.tests.clients.kinds import LIBRARIES, UPGRADE, Kind
from engine.tests.people import ANNA, BOB

pytestmark = pytest.mark.slow

FOR_NOW = [("transport close", True), ("transport error", True)]
FOR_GOOD = ("io server disconnect", False)


async def test_a_client_comes_back_by_itself_when_the_server_restarts(connect, received, restart):
    client = await connect(ANNA)
    await received(client, "welcome_event")
    await restart()
    assert (await received(client, "closing"))["code"] == "drain"
    assert await received(client, "disconnect") in FOR_NOW
    await received(client, "welcome_event")
    await io.send(io.user_room(ANNA.id), "message", "back?")
    assert await received(client, "message") == "back?"


@pytest.mark.parametrize("ending", [Ending.RESYNC, Ending.SLOW, Ending.DRAIN])
async def test_one_who_is_closed_for_now_hears_why_before_it_knows_that_it_is(connect, received, until, ending):
    client = await connect(ANNA)
    await received(client, "welcome_event")
    (link,) = io.node.eio.sockets.values()
    link.close(ending)
    await until(lambda: "disconnect" in [name for name, *_ in client.events])
    assert [name for name, *_ in client.events][:2] == ["closing", "disconnect"]


async def test_one_who_is_thrown_out_hears_why_first_and_stays_away(connect, received):
    tabs, other = [await connect(ANNA) for _ in range(2)], await connect(BOB)
    await io.disconnect(ANNA.id, "You have been naughty.")
    for tab in tabs:
        assert await received(tab, "disconnect") == FOR_GOOD
        assert tab.events[-1] == ("closing", {"code": "kicked", "message": "You have been naughty."})
    assert "closing" not in await other.settled()
    assert await io.online(ANNA.id) is False


async def test_one_whose_token_expires_hears_why_and_stays_away(connect, received, office):
    client = await connect(ANNA, office.issue(ANNA))
    (socket,) = io.node.hub.everybody()
    socket.expires_at = time.time()
    socket.link.look()
    assert (await received(client, "closing"))["code"] == "expired"
    assert await received(client, "disconnect") == FOR_GOOD
    assert await io.online(ANNA.id) is False


async def test_one_whose_session_ends_hears_why_and_stays_away(connect, received, office, limits):
    limits(ended_seconds=0.01)
    client = await connect(ANNA, office.issue(ANNA))
    office.end(ANNA)
    assert await received(client, "closing") == {"code": "revoked", "message": "You logged out."}
    assert await received(client, "disconnect") == FOR_GOOD
    await asyncio.sleep(0.2)
    assert await io.online(ANNA.id) is False


async def test_a_client_whose_hook_failed_is_told_and_comes_back(start, received):
    sockets = []

    async def fails_once(socket, user):
        sockets.append(socket.id)
        if len(sockets) == 1:
            raise RuntimeError("the rooms could not be read")
        await socket.send("in", 1)

    io.node.services.connection = fails_once
    client = await start(auth={"token": ANNA.jwt})
    assert (await received(client, "closing"))["code"] == "hook_failed"
    assert await received(client, "disconnect") in FOR_NOW
    assert await received(client, "in") == 1
    assert len(sockets) == 2


@pytest.mark.parametrize("kind", [Kind(LIBRARIES[0], (transport,)) for transport in UPGRADE], ids=UPGRADE)
async def test_a_client_gets_in_by_itself_once_the_database_is_back(start, received, office, database):
    office.away, database.up = True, False
    client = await start(auth={"token": ANNA.jwt})
    # The first handshake finds it out at CONNECT; those after it get a 503.
    error = await received(client, "connect_error")
    assert error["active"] is True
    assert "data" not in error
    office.away, database.up = False, True
    assert await received(client, "welcome_event") == "Hello anna"
