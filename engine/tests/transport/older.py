"""A client of Engine.IO 3 without manners. Its payloads are read and written here by other means than the server's."""

import json
import re

from engine.tests.transport.raw import Answer, Connection, WebSocket, request

TEXT, BINARY = "text/plain; charset=UTF-8", "application/octet-stream"


def text_payload(*packets: str) -> bytes:
    return "".join(f"{len(packet.encode('utf-16-le')) // 2}:{packet}" for packet in packets).encode()


def binary_payload(*packets: str | bytes) -> bytes:
    """Binary packets come with their type."""
    body = b""
    for packet in packets:
        content = packet if isinstance(packet, bytes) else packet.encode()
        body += bytes([isinstance(packet, bytes), *map(int, str(len(content))), 255]) + content
    return body


def packets_of(answer: Answer) -> list[str | bytes]:
    """The packets of a poll's answer."""
    assert answer.status == 200, answer
    if answer.headers["content-type"] == BINARY:
        return binary_packets(answer.body)
    assert answer.headers["content-type"] == TEXT
    return text_packets(answer.text)


def text_packets(text: str) -> list[str]:
    packets, units = [], text.encode("utf-16-le")
    while units:
        head = re.match(r"(\d+):", units.decode("utf-16-le"))
        start, size = 2 * head.end(), 2 * int(head[1])
        packets.append(units[start : start + size].decode("utf-16-le"))
        assert len(units) >= start + size
        units = units[start + size :]
    return [packet for packet in packets if packet]


def binary_packets(body: bytes) -> list[str | bytes]:
    packets = []
    while body:
        kind, (digits, body) = body[0], body[1:].split(b"\xff", 1)
        size = int("".join(map(str, digits)))
        assert len(body) >= size
        packets.append(body[:size] if kind else body[:size].decode())
        body = body[size:]
    return packets


class Polling3:
    """A session over HTTP; `first` is what came with the open packet."""

    def __init__(self, port: int, answer: Answer):
        opening, *self.first = packets_of(answer)
        assert opening[0] == "0"
        self.port, self.opening = port, json.loads(opening[1:])
        self.sid = self.opening["sid"]
        self.query = f"EIO=3&transport=polling&sid={self.sid}"
        self.waiting: list[str | bytes] = []

    @classmethod
    async def open(cls, port: int, query: str = "", **options):
        return cls(port, await request(port, "GET", f"EIO=3&transport=polling{query}", **options))

    async def poll(self) -> Answer:
        return await request(self.port, "GET", self.query)

    async def post(self, body: bytes | str, content_type: str = TEXT) -> Answer:
        return await request(self.port, "POST", self.query, headers={"Content-Type": content_type}, body=body)

    async def send(self, *packets: str | bytes) -> None:
        """Post packets, in binary if one of them is."""
        binary = any(isinstance(packet, bytes) for packet in packets)
        body = binary_payload(*packets) if binary else text_payload(*packets)
        answer = await self.post(body, BINARY if binary else TEXT)
        assert (answer.status, answer.text) == (200, "ok"), answer

    async def receive(self) -> str | bytes:
        """The next packet, noops left out."""
        while not self.waiting:
            self.waiting = [packet for packet in packets_of(await self.poll()) if packet != "6"]
        return self.waiting.pop(0)

    async def start_poll(self) -> Connection:
        """A poll that waits; `answer()` ends the wait."""
        connection = await Connection.open(self.port)
        connection.ask("GET", self.query)
        return connection

    async def upgrade(self) -> WebSocket:
        return await WebSocket.open(self.port, f"EIO=3&transport=websocket&sid={self.sid}")


class WebSocket3(WebSocket):
    """A session on a WebSocket; `opening` is its open packet."""

    @classmethod
    async def connect(cls, port: int, query: str = "", **options):
        websocket = await cls.open(port, f"EIO=3&transport=websocket{query}", **options)
        opening = await websocket.next()
        assert opening[0] == "0"
        websocket.opening = json.loads(opening[1:])
        websocket.sid = websocket.opening["sid"]
        return websocket

    async def receive(self):
        """The next message."""
        return await self.next()
