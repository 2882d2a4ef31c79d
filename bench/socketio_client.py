"""A Socket.IO v5 client on Engine.IO v4 that can check a stream of events without parsing it."""

import asyncio
import json
import re

from engine.testing.websocket_client import PONG, Refused, WebSocketClient, client_frame, upgrade_request

PATH = "/socket.io/?EIO=4&transport=websocket"
# An Engine.IO ping in its frame, or a WebSocket's own with no text or one of four bytes.
PINGS = re.compile(rb"\x81\x012|\x89(\x00|\x04.{4})", re.DOTALL)
# What follows each event of a server whose clients can come back to what they missed (docs/recovery.md), in its frame.
MARKER = b'42["~","'
MARKERS = re.compile(rb'\x81[\x00-\x7d]42\["~","[^"]*"\]', re.DOTALL)
WELCOME = b'42["welcome_event","Hello '


def event(name: str, *arguments, ack: int | str = "") -> bytes:
    """The text of an EVENT packet in the default namespace."""
    return f"42{ack}".encode() + json.dumps([name, *arguments], separators=(",", ":")).encode()


def answer(number: int, *results) -> bytes:
    """The text of the ACK packet that answers event `number`."""
    return b"43%d" % number + json.dumps(results, separators=(",", ":")).encode()


def text(number: int, size: int) -> str:
    """What is said as number so and so: as many characters as asked for."""
    return f"{number:08d}".ljust(size, "x")


def whole(data: bytes) -> int:
    """Where what may be the beginning of a marker begins at the end of the data, or the size of it."""
    at = data.rfind(b"\x81")
    end = data[at + 2 :]
    may_be_part = MARKER.startswith(end) or (end.startswith(MARKER) and not end.endswith(b'"]'))
    return at if at >= 0 and may_be_part else len(data)


class SocketIOClient(WebSocketClient):
    """One logged-in user. `ready` is done once it is connected and the server's hook has greeted it.

    With a `watch` (see `bench.expectations`) the bytes that arrive are compared with the bytes expected.
    """

    def __init__(self, port: int, user_id: str, token: str, browser: bool = False):
        super().__init__(upgrade_request(PATH, port, browser))
        loop = asyncio.get_running_loop()
        self.user_id, self.token = user_id, token
        self.connected, self.welcomed = loop.create_future(), loop.create_future()
        self.acks = {}
        self.watch = None
        self.position = self.sent = self.called = 0
        self.rest = b""

    def plain(self, data: bytes) -> bytes:
        """What came, without what tells how far the client is; `rest` keeps what may be the beginning of that."""
        end = whole(data)
        self.rest = data[end:]
        return MARKERS.sub(b"", data[:end])

    def data_received(self, data: bytes):
        data, self.rest = self.rest + data, b""
        if self.watch is None:
            super().data_received(data)
            return
        data = self.plain(data)
        if self.watch.stream.startswith(data, self.position):
            self.position += len(data)
            self.watch.advanced(self)
        else:
            self.unexpected(data)

    def unexpected(self, data: bytes):
        """A ping between two events is no fault; anything else ends the watch."""
        rest = PINGS.sub(self.pong, data)
        if len(rest) == len(data) or not self.watch.stream.startswith(rest, self.position):
            self.watch.fail(f"got {data[:80]!r}, expected {self.watch.stream[self.position :][:80]!r}")
            return
        self.position += len(rest)
        if rest:
            self.watch.advanced(self)

    def pong(self, ping: re.Match) -> bytes:
        payload = ping[1]
        self.transport.write(client_frame(b"3") if payload is None else client_frame(payload[1:], PONG))
        return b""

    def message(self, payload: bytes):
        if payload.startswith(b"0"):
            self.emit(b"40" + json.dumps({"token": self.token}).encode())
        elif payload == b"2":
            self.emit(b"3")
        elif payload.startswith(b"40"):
            self.connected.set_result(None)
        elif payload.startswith(WELCOME):
            self.welcomed.set_result(None)
        elif payload.startswith(MARKER):
            pass
        elif payload.startswith(b"43"):
            number, _, result = payload[2:].partition(b"[")
            self.acks.pop(int(number)).set_result(json.loads(b"[" + result))
        else:
            self.failed(Refused(repr(payload[:200])))

    def emit(self, payload: bytes):
        if self.transport.is_closing():
            raise Refused("the server closed the connection")
        self.transport.write(client_frame(payload))

    async def call(self, name: str, *arguments):
        """Emits and returns the first argument of the answer."""
        number = self.called = self.called + 1
        self.acks[number] = answer = asyncio.get_running_loop().create_future()
        self.emit(event(name, *arguments, ack=number))
        return (await answer)[0]

    def failed(self, error: Exception):
        for waiting in (self.connected, self.welcomed, *self.acks.values()):
            if not waiting.done():
                waiting.set_exception(error)
                waiting.exception()  # a client that nobody awaits yet is not worth a log line
        if self.watch:
            self.watch.fail(str(error))

    def connection_lost(self, error):
        self.failed(Refused(f"the server closed the connection: {error}"))
