"""Clients that ask and do not read: what an answer takes of the server is theirs for a while only."""

import asyncio
import os
import socket
from contextlib import suppress

import pytest

from engine.http.answer_stream import Pace
from engine.http.files import FileHandler
from engine.http.handler import Handler
from engine.process import HTTP_LIMITS
from engine.tests import people
from engine.tests.app import make_app

# More than the kernels of both sides hold.
LARGE = 16 * 1024 * 1024


class LargeHandler(Handler):
    async def get(self):
        self.write(b"x" * LARGE)


class CountingHandler(Handler):
    """Counts what it is asked."""

    asked = 0

    async def get(self):
        CountingHandler.asked += 1
        self.write(b"x" * 65536)


class PortionsHandler(Handler):
    """As a handler does that has much to say."""

    async def get(self):
        for _ in range(LARGE // 65536):
            self.write(b"x" * 65536)
            await self.flush()


@pytest.fixture
def app(io_loop, tmp_path, monkeypatch):
    monkeypatch.setitem(HTTP_LIMITS, "pace", Pace(bytes=1000, seconds=0.3))
    (tmp_path / "film").write_bytes(b"x" * LARGE)
    (tmp_path / "picture").write_bytes(b"x" * 65536)
    files = ("/files/(.*)", FileHandler, {"path": str(tmp_path)})
    routes = [("/large", LargeHandler), ("/portions", PortionsHandler), ("/counting", CountingHandler), files]
    return make_app(routes, accounts=people.Accounts())


async def connect(port: int) -> socket.socket:
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 16384)
    client.setblocking(False)
    await asyncio.get_running_loop().sock_connect(client, ("127.0.0.1", port))
    return client


def request(path: str, header: str = "X-Padding:") -> bytes:
    return f"GET {path} HTTP/1.1\r\nHost: localhost\r\n{header}\r\n\r\n".encode()


async def ask(port: int, path: str) -> socket.socket:
    client = await connect(port)
    client.send(request(path))
    return client


def open_films() -> list[str]:
    """Which descriptors of this process are files that are served."""
    files = []
    for number in os.listdir("/proc/self/fd"):
        with suppress(OSError):
            files.append(os.readlink(f"/proc/self/fd/{number}"))
    return [name for name in files if name.endswith("film")]


@pytest.mark.parametrize("path", ["/large", "/portions", "/files/film"])
async def test_whoever_does_not_take_an_answer_is_closed(http_server, http_port, until, path):
    with await ask(http_port, path):
        await until(lambda: http_server._connections)
        await until(lambda: not http_server._connections)


async def test_whoever_pipelines_and_does_not_read_is_closed(http_server, http_port, until, caplog):
    asked, sent = request("/files/picture", "X-Padding: " + "x" * 8000), 0
    with await connect(http_port) as client:
        with suppress(ConnectionError):
            while sent < 2 * LARGE:
                await asyncio.get_running_loop().sock_sendall(client, asked)
                sent += len(asked)
        await until(lambda: not http_server._connections)
    assert sent < LARGE, "of who does not take its answers no more is read"
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


async def test_of_what_stands_behind_an_answer_that_nobody_takes_nothing_is_done(http_server, http_port, until):
    asked = request("/counting") * 1000
    with await connect(http_port) as client:
        await asyncio.get_running_loop().sock_sendall(client, asked)
        await until(lambda: http_server._connections)
        await until(lambda: not http_server._connections)
    assert CountingHandler.asked < LARGE / 65536


async def test_a_file_is_not_held_open_for_who_is_slow_to_take_it(http_server, http_port, until):
    with await ask(http_port, "/files/film"):
        await until(lambda: any(each.stream.writing() for each in http_server._connections))
        assert open_films() == []


@pytest.mark.slow
@pytest.mark.may_take(60)
@pytest.mark.parametrize("path", ["/large", "/portions", "/files/film"])
async def test_a_slow_reader_gets_all_of_it(http_server, http_port, path):
    loop = asyncio.get_running_loop()
    with await ask(http_port, path) as client:
        taken, ending = 0, loop.time() + 1.5
        while loop.time() < ending:
            # So little that the kernel on our side has no room for more yet.
            taken += len(await loop.sock_recv(client, 4000))
            await asyncio.sleep(0.02)
        assert taken < LARGE / 10
        while taken < LARGE:
            portion = await loop.sock_recv(client, 65536)
            assert portion
            taken += len(portion)
    assert taken < LARGE + 10_000


@pytest.mark.slow
async def test_who_is_idle_between_two_answers_is_not_behind(http_server, http_port):
    loop = asyncio.get_running_loop()
    with await ask(http_port, "/large") as client:
        for _ in range(2):
            taken = 0
            while taken < LARGE:
                taken += len(await loop.sock_recv(client, 1_000_000))
            await asyncio.sleep(0.5)
            client.send(request("/large"))
