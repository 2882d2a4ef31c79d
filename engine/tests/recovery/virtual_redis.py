"""A real Redis on a loop whose clock stands still: what it says comes when the test looks for it."""

import asyncio
import socket
from collections.abc import Callable, Coroutine

from engine.testing.redis_server import RedisServer
from engine.tests.virtual import Loop


class Pipe(asyncio.Transport):
    """A connection of a node to Redis."""

    def __init__(self, protocol: asyncio.Protocol, path: str):
        super().__init__()
        self.protocol, self.heard = protocol, b""
        self.socket = socket.socket(socket.AF_UNIX)
        self.socket.connect(path)

    def write(self, data: bytes):
        self.socket.sendall(data)

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return self.socket.fileno() < 0

    def abort(self):
        if not self.is_closing():
            self.socket.close()
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)

    def hear(self):
        """Take what Redis has said by now."""
        while not self.is_closing():
            try:
                self.heard += self.socket.recv(1 << 20, socket.MSG_DONTWAIT)
            except BlockingIOError:
                return

    def deliver(self):
        heard, self.heard = self.heard, b""
        if heard and not self.is_closing():
            self.protocol.data_received(heard)


class VirtualRedis:
    """Where nodes find a server, as an Address."""

    user = password = ""
    db, tls = 0, None

    def __init__(self, server: RedisServer):
        self.server, self.pipes = server, []
        self.control = server.client()

    async def open(self, protocol: Callable[[], asyncio.Protocol]):
        self.pipes.append(Pipe(protocol(), str(self.server.path)))
        self.pipes[-1].protocol.connection_made(self.pipes[-1])

    def hear(self) -> bool:
        """Whether it has said anything to what it was asked."""
        for _ in range(2):
            # What it read before is answered, to all, before it reads this for the second time.
            self.control.ping()
        for pipe in self.pipes:
            pipe.hear()
        return any(pipe.heard for pipe in self.pipes)

    def deliver(self):
        for pipe in self.pipes:
            pipe.deliver()

    def close(self):
        for pipe in self.pipes:
            pipe.socket.close()
        self.control.flushall()
        self.control.close()


class RedisLoop(Loop):
    """What can happen without time goes on as long as Redis has something to say."""

    redis: VirtualRedis | None = None

    def settle(self) -> None:
        super().settle()
        while self.redis and self.redis.hear():
            self.call_soon(self.redis.deliver)
            super().settle()

    def complete(self, coroutine: Coroutine):
        """Run it to its end, for which nobody may wait."""
        task = self.create_task(coroutine)
        self.settle()
        return task.result()
