"""Requests that break off: nothing of them stays."""

import asyncio

import pytest

from engine.tests.transport.conftest import until
from engine.tests.transport.raw import Connection

POLLING = "EIO=4&transport=polling"


def requests() -> int:
    """How many requests are under way."""
    return sum("_execute" in repr(task) for task in asyncio.all_tasks())


@pytest.mark.parametrize("hang_up", [Connection.close, Connection.reset])
@pytest.mark.parametrize("headers", [{"Content-Length": "100"}, {"Transfer-Encoding": "chunked"}])
async def test_a_body_that_breaks_off_leaves_no_request_behind(server, hang_up, headers, lines):
    connection = await Connection.open(server.port)
    connection.ask("POST", POLLING, headers)
    connection.write(b"5\r\n")
    await until(requests)
    hang_up(connection)
    await until(lambda: not requests())
    assert lines() == []


@pytest.mark.parametrize("headers", [{"Content-Length": "-1"}, {"Content-Length": "x"}, {"Transfer-Encoding": "gzip"}])
async def test_a_body_of_impossible_length_leaves_no_request_behind(server, headers):
    connection = await Connection.open(server.port)
    connection.ask("POST", POLLING, headers)
    assert (await connection.answer()).status == 400
    await until(lambda: not requests())


async def test_a_body_that_is_too_long_leaves_no_request_behind(server, lines):
    connection = await Connection.open(server.port)
    connection.ask("POST", POLLING, {"Content-Length": "100000000"})
    assert (await connection.answer()).status == 413
    connection.reset()
    await until(lambda: not requests())
    assert lines() == []


@pytest.mark.parametrize("hang_up", [Connection.close, Connection.reset])
async def test_a_poll_that_breaks_off_is_no_error(server, hang_up, caplog):
    client = await server.polling()
    poll = await client.start_poll()
    await until(requests)
    hang_up(poll)
    await until(lambda: not requests())
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []
