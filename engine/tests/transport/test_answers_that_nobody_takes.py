"""Polls whose answers are not read, and requests for a WebSocket that are refused: their connections do not stay."""

import pytest

from engine.http.answer_stream import Pace
from engine.process import HTTP_LIMITS
from engine.tests.app import io
from engine.tests.transport.conftest import until
from engine.tests.transport.raw import UPGRADE, Connection

LARGE = "x" * 16 * 1024 * 1024


@pytest.fixture
def impatient(monkeypatch):
    """To be asked for before `server`."""
    monkeypatch.setitem(HTTP_LIMITS, "pace", Pace(bytes=1000, seconds=0.3))


async def test_the_answer_to_a_poll_that_is_not_read_ends_the_session(impatient, server, lines):
    server.limit(backlog_bytes=2 * len(LARGE))
    client = await server.polling("anna")
    poll = await Connection.open(server.port, receive_buffer=16384)
    poll.writer.transport.pause_reading()
    poll.ask("GET", client.query)
    await until(lambda: server.links[client.sid].carrier.waiting)
    await io.send("user::anna", "news", LARGE)
    await until(lambda: not server.links[client.sid].carrier.queue)
    await server.empty()
    assert (await client.poll()).status == 400
    assert lines() == []


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("EIO=4&transport=websocket&sid=unknown", 400),
        ("EIO=9&transport=websocket", 400),
        ("EIO=4&transport=polling", 400),
    ],
)
async def test_a_websocket_that_is_refused_closes_the_connection_at_once(server, query, status):
    connection = await Connection.open(server.port)
    refused = await connection.request("GET", query, UPGRADE)
    assert refused.status == status
    assert refused.headers["connection"] == "close"
    await connection.ended()


async def test_what_stands_behind_a_websocket_that_is_refused_is_not_read(server):
    connection = await Connection.open(server.port)
    connection.ask("GET", "EIO=9&transport=websocket", UPGRADE)
    connection.ask("GET", "EIO=4&transport=polling")
    assert (await connection.answer()).status == 400
    await connection.ended()
    assert not server.links


async def test_a_poll_that_is_refused_leaves_its_connection_for_the_next_request(server):
    connection = await Connection.open(server.port)
    assert (await connection.request("GET", "EIO=4&transport=polling&sid=unknown")).status == 400
    assert (await connection.request("GET", "EIO=4&transport=polling")).status == 200
