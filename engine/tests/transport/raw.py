"""A client without manners: bytes over TCP, in exactly the order and the pieces that a test says."""

import asyncio
import json
import socket
import struct
from typing import NamedTuple

from wsproto.frame_protocol import CloseReason, FrameProtocol, Opcode

from engine.testing.wire import is_marker

ANSWER_SECONDS = 30
KEY = "dGhlIHNhbXBsZSBub25jZQ=="
UPGRADE = {
    "Connection": "Upgrade",
    "Upgrade": "websocket",
    "Sec-WebSocket-Version": "13",
    "Sec-WebSocket-Key": KEY,
}
SEPARATOR = "\x1e"


class Answer(NamedTuple):
    """What HTTP answered; header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    @property
    def packets(self) -> list[str]:
        """Its packets, without the markers that tell how far the client is."""
        return [packet for packet in self.text.split(SEPARATOR) if not is_marker(packet)]


class Closed(NamedTuple):
    """The close frame of the server; code None stands for an end without one."""

    code: int | None
    reason: str = ""


class Connection:
    """One TCP connection."""

    def __init__(self, port: int, reader, writer):
        self.port, self.reader, self.writer = port, reader, writer

    @classmethod
    async def open(cls, port: int, receive_buffer: int | None = None):
        bare = socket.socket()
        if receive_buffer:
            bare.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        bare.setblocking(False)
        await asyncio.get_running_loop().sock_connect(bare, ("127.0.0.1", port))
        return cls(port, *await asyncio.open_connection(sock=bare, limit=1024))

    def write(self, data: bytes) -> None:
        self.writer.write(data)

    def ask(self, method: str, query: str, headers: dict | None = None, body: bytes | str = b"") -> None:
        """Send a request for /socket.io/ without waiting for the answer."""
        body = body.encode() if isinstance(body, str) else body
        fields = {"Host": f"127.0.0.1:{self.port}", **(headers or {})}
        if body and not {"Content-Length", "Transfer-Encoding"} & fields.keys():
            fields["Content-Length"] = len(body)
        self.method = method
        lines = "".join(f"{name}: {value}\r\n" for name, value in fields.items() if value is not None)
        self.write(f"{method} /socket.io/?{query} HTTP/1.1\r\n{lines}\r\n".encode() + body)

    async def answer(self) -> Answer:
        """Read one answer."""
        async with asyncio.timeout(ANSWER_SECONDS):
            head = (await self.reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
            headers = {name.lower(): value for name, value in (line.split(": ", 1) for line in head[1:] if line)}
            body = await self.reader.readexactly(0 if self.method == "HEAD" else int(headers.get("content-length", 0)))
            return Answer(int(head[0].split()[1]), headers, body)

    async def request(self, method: str, query: str, headers: dict | None = None, body: bytes | str = b"") -> Answer:
        self.ask(method, query, headers, body)
        return await self.answer()

    async def ended(self) -> None:
        """Wait until the server has closed it."""
        async with asyncio.timeout(ANSWER_SECONDS):
            try:
                while await self.reader.read(65536):
                    pass
            except ConnectionError:
                pass

    def close(self) -> None:
        self.writer.close()

    def reset(self) -> None:
        """Be gone without a word: the server gets a RST."""
        bare = self.writer.get_extra_info("socket")
        bare.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


class WebSocket:
    """A connection after its upgrade. Frames are wsproto's; raw bytes go by `connection.write`.

    What tells only how far the client is, is left out of what it reads.
    """

    def __init__(self, connection: Connection):
        self.connection = connection
        self.frames = FrameProtocol(client=True, extensions=[])
        self.arrived, self.partial = [], []
        self.id = None

    @classmethod
    async def open(cls, port: int, query: str = "EIO=4&transport=websocket", **options):
        connection = await Connection.open(port, options.pop("receive_buffer", None))
        answer = await connection.request("GET", query, UPGRADE | options.get("headers", {}))
        assert answer.status == 101, answer
        return cls(connection)

    def send(self, *messages: str | bytes) -> None:
        """Send each message in a frame, all in one write."""
        self.connection.write(b"".join(self.frames.send_data(message) for message in messages))

    def ping(self, data: bytes = b"") -> None:
        self.connection.write(self.frames.ping(data))

    def close(self, code: int = 1000) -> None:
        self.connection.write(self.frames.close(code))

    async def next(self):
        """The next message: str, bytes, Closed, or (Opcode.PONG, data)."""
        async with asyncio.timeout(ANSWER_SECONDS):
            while not self.arrived:
                try:
                    data = await self.connection.reader.read(65536)
                except ConnectionError:
                    data = b""
                if not data:
                    return Closed(None)
                self.frames.receive_bytes(data)
                taken = map(self.take, self.frames.received_frames())
                self.arrived += [message for message in taken if message is not None]
            return self.arrived.pop(0)

    def take(self, frame):
        if frame.opcode is Opcode.CLOSE:
            code, reason = frame.payload
            return Closed(int(code) if code is not CloseReason.NO_STATUS_RCVD else None, reason or "")
        if frame.opcode is Opcode.PONG:
            return Opcode.PONG, bytes(frame.payload)
        self.partial.append(frame.payload if isinstance(frame.payload, str) else bytes(frame.payload))
        if not frame.message_finished:
            return None
        whole, self.partial = self.partial[0][:0].join(self.partial), []
        return None if is_marker(whole) else whole

    async def receive(self):
        """The next message; pings of Engine.IO are answered."""
        while (message := await self.next()) == "2":
            self.send("3")
        return message

    async def event(self) -> list:
        """The next event: its name and its arguments."""
        message = await self.receive()
        assert isinstance(message, str), message
        assert message.startswith("42"), message
        return json.loads(message[2:])

    async def closed(self) -> Closed:
        """Wait for the end, whatever comes before it."""
        while not isinstance(message := await self.receive(), Closed):
            pass
        return message

    async def call(self, event: str, *arguments, id: int = 1):
        """Emit an event and return the arguments of its ack; events that come first are skipped."""
        self.send(f"42{id}{json.dumps([event, *arguments])}")
        head = f"43{id}"
        while not (isinstance(message := await self.receive(), Closed) or str(message).startswith(head)):
            pass
        assert isinstance(message, str), message
        return json.loads(message[len(head) :])


class Polling:
    """An Engine.IO session over HTTP; each request has a connection of its own unless the test keeps one."""

    def __init__(self, port: int, sid: str, opening: dict):
        self.port, self.sid, self.opening = port, sid, opening
        self.query = f"EIO=4&transport=polling&sid={sid}"

    @classmethod
    async def open(cls, port: int, **options):
        answer = await request(port, "GET", "EIO=4&transport=polling", **options)
        assert answer.status == 200, answer
        opening = json.loads(answer.text[1:])
        return cls(port, opening["sid"], opening)

    async def post(self, *packets: str) -> Answer:
        return await request(self.port, "POST", self.query, body=SEPARATOR.join(packets))

    async def poll(self) -> Answer:
        return await request(self.port, "GET", self.query)

    async def start_poll(self) -> Connection:
        """A poll that waits; `answer()` ends the wait."""
        connection = await Connection.open(self.port)
        connection.ask("GET", self.query)
        return connection

    async def packet(self) -> str:
        """The next packet, pings answered."""
        packets = []
        while not packets:
            packets = [packet for packet in (await self.poll()).packets if packet != "2"]
            if not packets:
                await self.post("3")
        assert len(packets) == 1, packets
        return packets[0]

    async def upgrade(self) -> WebSocket:
        return await WebSocket.open(self.port, f"EIO=4&transport=websocket&sid={self.sid}")


async def request(port: int, method: str, query: str, headers: dict | None = None, body: bytes | str = b"") -> Answer:
    """One request on a connection of its own."""
    connection = await Connection.open(port)
    try:
        return await connection.request(method, query, headers, body)
    finally:
        connection.close()
