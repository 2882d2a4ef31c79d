"""A body that is too long is refused before it is read, in words that the client gets to see."""

import asyncio
import json
import time

import pytest

from engine.http import limited_body
from engine.http.handler import Handler
from engine.tests.http.raw import answer, send_without_end

LIMIT = 64 * 1024
HEAD = b"POST /seats HTTP/1.1\r\nHost: localhost\r\n"


async def closed(reader):
    """Waits until the server has closed the connection."""
    try:
        while await reader.read(65536):
            pass
    except ConnectionError:
        pass


def too_long(answer) -> bool:
    assert answer.json["error"]["name"] == "PayloadTooLargeError"
    assert answer.headers["connection"] == "close"
    return answer.status == 413


async def test_a_body_as_long_as_the_limit_is_read(fetch, error_of):
    body = b'{"seat": "' + b"x" * (LIMIT - 12) + b'"}'
    assert len(body) == LIMIT
    assert error_of(await fetch("POST", "/seats", body))["message"] == "3 errors occurred"


async def test_a_body_of_one_byte_more_is_413(fetch, error_of):
    error = error_of(await fetch("POST", "/seats", b"x" * (LIMIT + 1)))
    assert (error["status"], error["name"]) == (413, "PayloadTooLargeError")


async def test_a_body_of_ten_megabytes_is_413(fetch, error_of):
    assert error_of(await fetch("POST", "/nothing/here", b"x" * 10_000_000))["status"] == 413


async def test_a_handler_may_take_more_than_the_server_does(app, fetch, error_of):
    class Upload(Handler):
        longest_body_bytes = 3_000_000

        def post(self):
            self.write({"bytes": len(self.body)})

    app.add_handlers(".*", [("/upload", Upload)])
    assert json.loads((await fetch("POST", "/upload", b"x" * 3_000_000)).body) == {"bytes": 3_000_000}
    assert error_of(await fetch("POST", "/upload", b"x" * 3_000_001))["status"] == 413


async def test_a_refused_client_has_time_to_read_why(dial):
    reader, writer = await dial()
    writer.write(HEAD + b"Content-Length: 65537\r\n\r\n")
    assert too_long(await answer(reader))
    refused = time.monotonic()
    await closed(reader)
    assert time.monotonic() - refused > limited_body.LINGER_SECONDS / 2
    writer.close()


@pytest.mark.parametrize("length", [b"65537", b"99999999999999999"])
async def test_a_length_that_is_too_long_is_refused_before_a_byte_of_the_body(dial, length):
    reader, writer = await dial()
    writer.write(HEAD + b"Content-Length: " + length + b"\r\n\r\n")
    assert too_long(await answer(reader))
    assert await reader.read() == b""
    writer.close()


async def test_a_client_that_asks_first_is_not_told_to_go_on(dial):
    reader, writer = await dial()
    writer.write(HEAD + b"Expect: 100-continue\r\nContent-Length: 65537\r\n\r\n")
    assert too_long(await answer(reader))
    writer.close()


async def test_chunks_without_end_are_answered_and_cut_off(dial):
    reader, writer = await dial()
    writer.write(HEAD + b"Transfer-Encoding: chunked\r\n\r\n")
    sending = asyncio.ensure_future(send_without_end(writer, b"400\r\n" + b"x" * 1024 + b"\r\n"))
    assert too_long(await answer(reader))
    await closed(reader)
    # The server takes no more than what the system's buffers hold, however long the client goes on.
    assert await sending < 16_000_000
    writer.close()


@pytest.mark.parametrize("length", [b"12x", b"-1", b"9" * 5000, b"5, 6"])
async def test_a_length_that_is_no_number_is_no_http(dial, length):
    reader, writer = await dial()
    writer.write(HEAD + b"Content-Length: " + length + b"\r\n\r\n")
    assert (await reader.readline()).split()[1] == b"400"
    await closed(reader)
    writer.close()


async def test_the_connection_serves_on_after_a_request_that_was_refused_for_its_content(dial):
    reader, writer = await dial()
    for _ in range(2):
        writer.write(HEAD + b"Content-Length: 2\r\n\r\n[]")
        assert (await answer(reader)).status == 400
    writer.close()
