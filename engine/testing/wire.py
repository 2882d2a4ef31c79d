"""A client without manners or comfort: the packets of one WebSocket, as they come."""

import asyncio
import json

import pytest
from tornado.httpclient import HTTPRequest
from tornado.websocket import websocket_connect

PATIENCE_SECONDS = 30


def is_ping(packet: str | bytes | None) -> bool:
    """Whether it is an Engine.IO ping."""
    return packet == "2"


def is_marker(packet: str | bytes | None) -> bool:
    """Whether it only tells how far the client is."""
    return isinstance(packet, str) and packet.startswith('42["~",')


class Wire:
    """One WebSocket. Pings are answered and left out of what is read, and so are the open packet and markers."""

    def __init__(self, connection):
        self.connection = connection
        self.offset: str | None = None
        """What the latest marker said."""

    @classmethod
    async def open(cls, url: str, headers: dict[str, str] | None = None) -> "Wire":
        wire = cls(await websocket_connect(HTTPRequest(url.replace("http", "ws", 1), headers=headers)))
        assert (await wire.read())[0] == "0"
        return wire

    async def send(self, packet: str | bytes):
        """Send an Engine.IO packet."""
        await self.connection.write_message(packet, binary=isinstance(packet, bytes))

    async def read(self) -> str | bytes | None:
        """The next packet, None once the connection is closed."""
        async with asyncio.timeout(PATIENCE_SECONDS):
            while is_ping(packet := await self.connection.read_message()) or is_marker(packet):
                if is_ping(packet):
                    await self.send("3")
                else:
                    self.offset = json.loads(packet[2:])[1]
        return packet

    async def join(self, token: str | None = None, namespace: str = "/", auth: dict | None = None) -> str:
        """Connect to a namespace, by a token or by whatever the auth payload is, and return the answer."""
        if token is not None:
            auth = {"token": token}
        prefix = "" if namespace == "/" else namespace + ","
        await self.send(f"40{prefix}{'' if auth is None else json.dumps(auth)}")
        return await self.read()

    async def rest(self) -> list[str | bytes]:
        """All that still comes until the connection is closed."""
        packets = []
        while (packet := await self.read()) is not None:
            packets.append(packet)
        return packets

    @property
    def code(self) -> int:
        """With which status the WebSocket was closed (RFC 6455, 7.4)."""
        return self.connection.close_code

    def close(self):
        self.connection.close()


@pytest.fixture
def wire(http_server, base_url, io_loop):
    """`wire = await wire()` opens a bare WebSocket; `wire("&jwt=…", headers)` with more in its request.

    `url` is that of another server than the test's.
    """
    wires = []

    async def wire(query: str = "", headers: dict[str, str] | None = None, url: str = base_url) -> Wire:
        wires.append(await Wire.open(f"{url}/socket.io/?EIO=4&transport=websocket{query}", headers))
        return wires[-1]

    yield wire
    for each in wires:
        each.close()
