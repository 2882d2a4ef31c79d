"""Time and a network that a test moves by itself: an event loop whose clock stands still, and connections in memory."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import contextmanager

from engine.errors import InvalidPacket
from engine.testing.websocket_client import client_frame
from engine.transport.link import Link
from engine.transport.websocket import WebSocket

MOST_TURNS = 1000
"""More turns of the loop than anything takes that waits for no time to pass."""
STEP_SECONDS = 1.0
STANDING = socket.socketpair()
TEXT, BINARY, CLOSE = 1, 2, 8


class Loop(asyncio.SelectorEventLoop):
    """Time passes when a test says so; what goes wrong in a callback is kept in `wrong`."""

    def __init__(self):
        super().__init__()
        self.passed, self.wrong = 1000.0, []
        self.set_exception_handler(lambda loop, context: self.wrong.append(context))

    def time(self) -> float:
        return self.passed

    def settle(self) -> None:
        """Let happen what can happen without time."""
        for _ in range(MOST_TURNS):
            self.stop()
            self.run_forever()
            if not (self._ready or (self._scheduled and self._scheduled[0].when() <= self.passed)):
                return
        raise AssertionError("it goes on and on")

    def advance(self, seconds: float) -> None:
        """Let time pass, in steps of which the engine's timer sees each."""
        until = self.passed + seconds
        while self.passed < until:
            self.passed = min(until, self.passed + STEP_SECONDS)
            self.settle()


class Network(asyncio.Transport):
    """One connection, seen from the server: its transport, and, by `send`, the socket below. `reading` is the peer."""

    def __init__(self):
        super().__init__()
        self.protocol = None
        self.received, self.unsent, self.arriving = b"", b"", b""
        self.reading, self.paused, self.full = True, False, False
        self.closing = self.lost = self.ended = False
        self.high = 64 * 1024

    # The kernel's socket.

    def fileno(self) -> int:
        """Of a connection that stands: the test's own tells the protocol at once when it doesn't."""
        return STANDING[0].fileno()

    def send(self, data: bytes) -> int:
        """Take all, or, of a peer that does not read, nothing."""
        if self.lost:
            raise OSError
        if not self.reading:
            raise BlockingIOError
        self.received += data
        return len(data)

    # The loop's transport.

    def set_write_buffer_limits(self, high=None, low=None):
        self.high = high

    def get_write_buffer_size(self) -> int:
        return len(self.unsent)

    def write(self, data: bytes):
        self.unsent += data
        self.flush()

    def write_eof(self):
        self.ended = True

    def close(self):
        self.closing = True
        self.flush()

    def abort(self):
        self.unsent = b""
        self.lose()

    def pause_reading(self):
        self.paused = True

    def resume_reading(self):
        self.paused = False
        self.deliver()

    def is_closing(self) -> bool:
        return self.closing or self.lost

    # What happens to it.

    def flush(self):
        """Hand the peer what waits, if it reads."""
        if self.reading and not self.lost:
            self.received, self.unsent = self.received + self.unsent, b""
        if len(self.unsent) > self.high and not self.full:
            self.full = True
            self.protocol.pause_writing()
        elif self.full and not self.unsent:
            self.full = False
            self.protocol.resume_writing()
        if self.closing and not self.unsent:
            self.lose()

    def deliver(self):
        """Hand the server what has come, if it reads."""
        if self.arriving and not (self.paused or self.closing or self.lost):
            data, self.arriving = self.arriving, b""
            self.protocol.data_received(data)

    def lose(self):
        if not self.lost:
            self.lost = True
            asyncio.get_running_loop().call_soon(self.protocol.connection_lost, None)


class Peer:
    """A client of a WebSocket: it comes by itself, or with `link` and `polling` to take over from them."""

    def __init__(self, eio, opened: Callable[[WebSocket], None], kind: type[WebSocket] = WebSocket):
        self.network = Network()
        self.websocket = self.network.protocol = kind(eio, "127.0.0.1", opened, self.network)
        self.websocket.connection_made(self.network)

    def send(self, packet: str | bytes, opcode: int | None = None):
        """A frame; nothing more comes from a peer that has gone."""
        data = packet.encode() if isinstance(packet, str) else packet
        self.send_bytes(client_frame(data, opcode or (TEXT if isinstance(packet, str) else BINARY)))

    def send_bytes(self, data: bytes):
        self.network.arriving += data
        self.network.deliver()

    def send_no_frame(self):
        self.send_bytes(b"\xff\xff")

    def close(self):
        self.send((1000).to_bytes(2, "big"), CLOSE)

    def leave(self):
        """Its side ends."""
        if not (self.network.lost or self.network.closing) and not self.websocket.eof_received():
            self.network.close()

    def reset(self):
        self.network.lose()

    def read(self, reading: bool):
        self.network.reading = reading
        self.network.flush()

    @property
    def gone(self) -> bool:
        return self.network.lost


class Poller:
    """A client that polls: what the endpoint does for its requests."""

    def __init__(self, link: Link):
        self.link, self.polling = link, link.carrier
        self.requests: list[asyncio.Task] = []

    @property
    def gone(self) -> bool:
        return self.link.carrier is not self.polling or self.link.sid not in self.link.eio.sockets

    def send(self, packet: str):
        self.requests.append(asyncio.ensure_future(self.post(packet)))

    def poll(self):
        self.requests.append(asyncio.ensure_future(self.fetch()))

    async def post(self, packet: str):
        """As EngineHandler.take."""
        if not (self.gone or self.link.closed):
            with self.broken():
                await self.polling.post([packet])

    async def fetch(self):
        """As EngineHandler.poll."""
        if not self.gone:
            with self.broken():
                await self.polling.poll()

    @contextmanager
    def broken(self):
        try:
            yield
        except InvalidPacket as error:
            self.link.invalid(error)

    def abort(self):
        """Whatever it waits for, it waits no more."""
        for each in self.requests:
            each.cancel()
