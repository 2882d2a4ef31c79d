"""Headers over the limit, which the cookies of all apps on localhost share, are answered and not met with silence."""

import asyncio

import pytest

from engine.http import limited_body
from engine.process import HTTP_LIMITS
from engine.tests.http.raw import answer, send_without_end
from engine.tests.transport.raw import UPGRADE

LIMIT = HTTP_LIMITS["max_header_size"]
PATHS = ["/seats", "/socket.io/?EIO=4&transport=polling", "/socket.io/?EIO=4&transport=websocket"]


def request(path: str, cookie: int) -> bytes:
    upgrade = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items()) if "websocket" in path else ""
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{upgrade}Cookie: a={'x' * cookie}\r\n\r\n".encode()


@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("cookie", [17_000, 300_000])
async def test_they_are_431_with_a_body_that_says_why(dial, path, cookie):
    reader, writer = await dial()
    writer.write(request(path, cookie))
    refused = await answer(reader)
    assert refused.status == 431
    assert refused.json == {
        "data": None,
        "error": {
            "status": 431,
            "name": "RequestHeaderFieldsTooLargeError",
            "message": f"The headers of a request, cookies among them, must not be longer than {LIMIT} bytes",
            "details": {},
        },
    }
    assert refused.headers["content-type"] == "application/json; charset=utf-8"
    assert refused.headers["connection"] == "close"
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert await reader.read() == b""
    writer.close()


@pytest.mark.parametrize("path", PATHS)
async def test_up_to_the_limit_they_are_read(dial, path):
    reader, writer = await dial()
    writer.write(request(path, LIMIT - len(request(path, 0))))
    assert (await answer(reader)).status in (200, 101)
    writer.close()


async def test_a_client_reads_it_though_it_goes_on_writing(dial):
    reader, writer = await dial()
    writer.write(b"GET /seats HTTP/1.1\r\nHost: localhost\r\n")
    for _ in range(100):
        writer.write(b"X-Header: " + b"x" * 1000 + b"\r\n")
        await asyncio.sleep(0)
    assert (await answer(reader)).status == 431
    writer.close()


async def test_a_second_request_of_a_connection_is_answered_so_too(dial):
    reader, writer = await dial()
    writer.write(request("/seats", 10))
    assert (await answer(reader)).status == 200
    writer.write(request("/seats", 17_000))
    assert (await answer(reader)).status == 431
    writer.close()


async def test_who_goes_on_without_end_is_cut_off(dial, http_server, until, monkeypatch):
    monkeypatch.setattr(limited_body, "LINGER_SECONDS", 0.05)
    _, writer = await dial()
    writer.write(b"GET /seats HTTP/1.1\r\n")
    assert await send_without_end(writer, b"X-Header: " + b"x" * 1000 + b"\r\n") < 16_000_000
    await until(lambda: not http_server.lingering)
