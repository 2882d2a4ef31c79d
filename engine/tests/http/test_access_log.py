"""The access log: a line a request, without what is nobody's business, and an error only where something broke."""

import logging

import pytest

from engine.http.handler import Handler
from engine.mongo import DatabaseAway
from engine.tests.app import io


@pytest.fixture
def lines(caplog):
    """`lines()` are the levels and the texts of its lines."""
    caplog.set_level(logging.INFO, "tornado.access")

    def lines() -> list[tuple[int, str]]:
        logged = [record for record in caplog.records if record.name == "tornado.access"]
        return [(record.levelno, record.getMessage().split(" (")[0]) for record in logged]

    return lines


async def test_a_line_has_no_query_string(fetch, lines):
    await fetch("GET", "/healthz?jwt=private")
    assert lines() == [(logging.INFO, "200 GET /healthz")]


@pytest.mark.parametrize("sent", [b"\x9b2J", b"\x85", b"%0a", b"\xe2\x80\xae"])
async def test_what_a_client_chose_is_escaped(dial, lines, sent):
    reader, writer = await dial()
    writer.write(b"GET /nowhere" + sent + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
    await reader.read()
    writer.close()
    ((_, line),) = lines()
    assert line.startswith("404 GET /nowhere")
    assert line.isprintable()


async def test_what_broke_is_an_error(fetch, lines):
    await fetch("DELETE", "/seats")
    assert lines() == [(logging.ERROR, "500 DELETE /seats")]


async def test_who_is_sent_away_by_a_drain_is_no_error(fetch, lines):
    await io.drain(0)
    assert (await fetch("GET", "/socket.io/?EIO=4&transport=polling")).code == 503
    assert lines() == [(logging.INFO, "503 GET /socket.io/")]


async def test_that_the_database_is_away_is_no_error_of_each_request(app, fetch, lines):
    class Away(Handler):
        def get(self):
            raise DatabaseAway

    app.add_handlers(".*", [("/away", Away)])
    await fetch("GET", "/away")
    assert lines() == [(logging.INFO, "503 GET /away")]
