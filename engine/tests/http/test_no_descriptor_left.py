"""A connection has one descriptor, whatever becomes of it: where there is no other left, its clients notice nothing."""

import os
import resource
from contextlib import contextmanager

import pytest

from engine.tests.http.raw import answer
from engine.tests.transport.raw import UPGRADE

HANDSHAKE = "".join(f"{name}: {value}\r\n" for name, value in UPGRADE.items())
LINE = b"GET /socket.io/?EIO=4&transport=websocket HTTP/1.1\r\nHost: localhost\r\n"


@contextmanager
def no_descriptor_left():
    """Nothing can be opened meanwhile."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    lowest = os.dup(0)
    os.close(lowest)
    resource.setrlimit(resource.RLIMIT_NOFILE, (lowest, hard))
    try:
        with pytest.raises(OSError, match="Too many open files"):
            os.dup(0)
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


async def accepted(dial, http_server, until, begin: bytes):
    """A connection that the server has taken."""
    reader, writer = await dial()
    writer.write(begin)
    await until(lambda: http_server._connections)
    return reader, writer


async def test_a_websocket_takes_over_that_of_its_request(dial, http_server, until):
    reader, writer = await accepted(dial, http_server, until, LINE)
    with no_descriptor_left():
        writer.write(f"{HANDSHAKE}\r\n".encode())
        assert (await answer(reader)).status == 101
        assert (await reader.readexactly(8))[2:] == b'0{"sid'
    writer.close()


async def test_headers_that_are_too_long_are_answered_on_it(dial, http_server, until):
    reader, writer = await accepted(dial, http_server, until, LINE)
    with no_descriptor_left():
        writer.write(b"X-Header: " + b"x" * 20_000 + b"\r\n\r\n")
        assert (await answer(reader)).status == 431
    writer.close()
