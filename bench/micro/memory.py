"""Memory in the place of the kernel: what the engine writes to a client's socket, or transport, ends in one buffer.

A client comes by a real request to a real HTTP server, on a pair of sockets. Once the engine takes Tornado's socket and
gives it to the loop, or a copy of it as it did once, both are ours.
"""

import asyncio
import socket
from contextlib import suppress
from io import BytesIO

import uvloop
from tornado.httpserver import HTTPServer
from tornado.iostream import IOStream

from bench.expectations import Voided
from engine.testing.websocket_client import upgrade_request

PATH = "/socket.io/?EIO=4&transport=websocket"
PATIENCE_SECONDS = 30.0


class Wire:
    """The copy of a client's socket. `send` is compiled code, so that what is measured is the engine's."""

    def __init__(self, written: BytesIO):
        self.send = written.write
        self.opened = asyncio.get_running_loop().create_future()

    def setblocking(self, flag: bool):
        pass

    def setsockopt(self, *option):
        pass


class Accepted(socket.socket):
    """A client's socket as Tornado knows it."""

    wire: Wire

    def dup(self) -> Wire:
        return self.wire


class Stream(IOStream):
    """A client's stream as the engine knows it."""

    def unread(self) -> bytes:
        return b""

    def release(self) -> Wire:
        wire = self.socket.wire
        self.close()
        return wire


class Transport(asyncio.Transport):
    """What the loop makes of a Wire: always writable. What it has no answer to raises NotImplementedError."""

    def __init__(self, wire: Wire):
        super().__init__()
        self.write = wire.send

    def set_write_buffer_limits(self, high=None, low=None):
        pass

    def get_write_buffer_size(self) -> int:
        return 0

    def is_closing(self) -> bool:
        return False

    def pause_reading(self):
        pass

    def resume_reading(self):
        pass


class Loop(uvloop.Loop):
    """The loop that the app runs on, except for what a Wire becomes."""

    async def connect_accepted_socket(self, protocol_factory, sock: Wire, **options):
        transport, protocol = Transport(sock), protocol_factory()
        protocol.connection_made(transport)
        sock.opened.set_result(protocol)
        return transport, protocol


async def connect(server: HTTPServer, written: BytesIO) -> asyncio.Protocol:
    """The engine's end of a new WebSocket, whose `data_received` takes what a client sends. Raises Voided."""
    client, accepted = socket.socketpair()
    ours = Accepted(fileno=accepted.detach())
    ours.wire = Wire(written)
    server.handle_stream(Stream(ours), ("127.0.0.1", 0))
    with client, suppress(TimeoutError):
        client.send(upgrade_request(PATH, 80))
        async with asyncio.timeout(PATIENCE_SECONDS):
            return await ours.wire.opened
    raise Voided("a request for a WebSocket got none")
