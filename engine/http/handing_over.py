"""Connections that go from one process of this machine to another, with what was read of them, through unix sockets.

Each is one connection to the unix socket: the number of bytes that were read, with the descriptor (`SCM_RIGHTS`), and
then these bytes.
"""

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from engine.loop.tasks import Tasks

BACKLOG = 4096
REACH_SECONDS = 5.0
"""How long a process that is busy may let others wait before its queue has room for one more."""
PAUSE_SECONDS = 0.01
SIZE_BYTES = 8


async def reach(path: Path) -> socket.socket:
    """The way to the process that takes connections at `path`. Raises OSError where none does."""
    way = socket.socket(socket.AF_UNIX)
    way.setblocking(False)
    try:
        async with asyncio.timeout(REACH_SECONDS):
            while not _connected(way, path):  # noqa: ASYNC110
                await asyncio.sleep(PAUSE_SECONDS)
    except BaseException:
        way.close()
        raise
    return way


def _connected(way: socket.socket, path: Path) -> bool:
    try:
        way.connect(str(path))
    except BlockingIOError:  # its queue is full
        return False
    return True


async def hand_over(way: socket.socket, connection: socket.socket, read: bytes = b"") -> None:
    """Give away a connection, which is closed here, and what was read of it; whoever gets it may die meanwhile."""
    with way, suppress(OSError):
        with connection:
            socket.send_fds(way, [len(read).to_bytes(SIZE_BYTES)], [connection.fileno()])
        await asyncio.get_running_loop().sock_sendall(way, read)


class Receiver:
    """Takes connections at `path`, for `take(connection, read)`, until it is closed."""

    def __init__(self, path: Path, take: Callable[[socket.socket, bytes], None]):
        self.path, self.take, self.tasks = path, take, Tasks()
        # Of one that was killed.
        path.unlink(missing_ok=True)
        self.listening = socket.socket(socket.AF_UNIX)
        self.listening.setblocking(False)
        self.listening.bind(str(path))
        self.listening.listen(BACKLOG)
        self.tasks.spawn(self._accept())

    def close(self) -> None:
        """Take nothing more."""
        self.tasks.cancel()
        self.listening.close()
        self.path.unlink(missing_ok=True)

    async def _accept(self) -> None:
        while True:
            try:
                way, _ = await asyncio.get_running_loop().sock_accept(self.listening)
            except OSError:  # there may be no descriptor left for it
                await asyncio.sleep(PAUSE_SECONDS)
            else:
                self.tasks.spawn(self._receive(way))

    async def _receive(self, way: socket.socket) -> None:
        with way, suppress(OSError):
            await _readable(way)
            size, descriptors, _, _ = socket.recv_fds(way, SIZE_BYTES, 1)
            for descriptor in descriptors:
                connection = socket.socket(fileno=descriptor)
                try:
                    self.take(connection, await _exactly(way, int.from_bytes(size)))
                except BaseException:
                    connection.close()
                    raise


async def _readable(way: socket.socket) -> None:
    loop = asyncio.get_running_loop()
    came = loop.create_future()
    loop.add_reader(way.fileno(), came.set_result, None)
    try:
        await came
    finally:
        loop.remove_reader(way.fileno())


async def _exactly(way: socket.socket, size: int) -> bytes:
    """So many bytes. Raises ConnectionError where the other end dies before."""
    read = bytearray()
    while len(read) < size:
        some = await asyncio.get_running_loop().sock_recv(way, min(size - len(read), 256 * 1024))
        if not some:
            raise ConnectionError
        read += some
    return bytes(read)
