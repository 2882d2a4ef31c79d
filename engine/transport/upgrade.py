"""From an HTTP request to a WebSocket: the opening handshake (RFC 6455, 4.2), and Engine.IO's probe ("Upgrade")."""

import asyncio
import base64
import binascii
import socket as sockets
from collections.abc import Callable
from contextlib import suppress

from tornado.iostream import IOStream, StreamClosedError

from engine.tornado_internals import accept_value
from engine.transport.link import Handshake
from engine.transport.websocket import POLICY, RESTART, WebSocket
from engine.wire.message import Message

RESPONSE = (
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: %b\r\n\r\n"
)
EARLY_BYTES = 1024 * 1024
"""More than Tornado can have read along with the request."""
PROBE_ANSWER = Message(b"3probe")


def is_upgrade(headers) -> bool:
    """Whether a request asks for a WebSocket at all."""
    return headers.get("Upgrade", "").lower() == "websocket"


def check_upgrade(headers) -> str | None:
    """The Sec-WebSocket-Accept value for a request, None if it is no valid opening handshake (4.2.1)."""
    key = headers.get("Sec-WebSocket-Key", "")
    connection = [token.strip().lower() for token in headers.get("Connection", "").split(",")]
    with suppress(binascii.Error, ValueError):
        if (
            is_upgrade(headers)
            and "upgrade" in connection
            and headers.get("Sec-WebSocket-Version") == "13"
            and len(base64.b64decode(key, validate=True)) == 16
        ):
            return accept_value(key)
    return None


async def accept(eio, stream: IOStream, accept_header: str, address: str, opened: Callable) -> None:
    """Answer 101 and hand the bare socket to a WebSocket. Tornado has nothing more to do with it.

    `opened(websocket)` is called if the client is still there by then.
    """
    early = b""
    with suppress(StreamClosedError):
        await stream.write(RESPONSE % accept_header.encode())
        waiting = stream.read_bytes(EARLY_BYTES, partial=True)
        early = waiting.result() if waiting.done() else b""
    if stream.closed():
        return
    bare = stream.socket.dup()
    stream.close()
    bare.setblocking(False)
    bare.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)

    def start(websocket: WebSocket):
        opened(websocket)
        # Before the loop can read what came after it.
        if early:
            websocket.data_received(early)

    await asyncio.get_running_loop().connect_accepted_socket(lambda: WebSocket(eio, address, start, bare), bare)


def carry(eio, handshake: Handshake, websocket: WebSocket) -> None:
    """Open a link that the WebSocket carries from its first packet on."""
    if eio.draining:
        websocket.close(RESTART, "drain")
        return
    websocket.link = link = eio.open(handshake, websocket)
    websocket.receive = link.receive
    link.send(link.opening([]))


def probe(polling, websocket: WebSocket) -> None:
    """Let a link that polls move to the WebSocket: `2probe` is answered by `3probe`, and `5` moves it.

    Anything else, or nothing for too long, closes the WebSocket and leaves polling as it was.
    """
    link = polling.link

    def receive(data):
        usable = link.carrier is polling
        if data == "2probe" and usable and not link.closed and polling.upgrading in (None, websocket):
            websocket.send(PROBE_ANSWER)
            polling.start_upgrade(websocket)
        elif data == "5" and usable and polling.upgrading is websocket:
            link.upgrade(websocket)
        else:
            websocket.close(POLICY, "not an upgrade probe")

    websocket.receive, websocket.given_up = receive, lambda: polling.stop_upgrade(websocket)
    wheel = link.eio.wheel
    wheel.schedule(websocket, wheel.now() + link.eio.limits.upgrade_seconds)
