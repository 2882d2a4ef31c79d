"""From an HTTP request to a WebSocket: the opening handshake (RFC 6455, 4.2), and what it is for."""

import asyncio
import base64
import binascii
import socket as sockets
from collections.abc import Callable
from contextlib import suppress

from tornado.httputil import HTTPHeaders
from tornado.iostream import IOStream, StreamClosedError

from engine.endings import Ending, ProbeEnding
from engine.http.grammar import TOKEN
from engine.http.request_stream import RequestStream
from engine.tornado_internals import accept_value
from engine.transport.engine_io import EngineIO
from engine.transport.engineio3 import WebSocket3
from engine.transport.handshake import Handshake
from engine.transport.link import Link
from engine.transport.opening import opening
from engine.transport.polling import Polling
from engine.transport.probe import Probe
from engine.transport.websocket import WebSocket
from engine.wire.revision import Revision

ANSWER = "HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
EARLY_BYTES = 1024 * 1024
"""More than Tornado can have read along with the request."""


def is_upgrade(headers: HTTPHeaders) -> bool:
    """Whether a request asks for a WebSocket at all."""
    return headers.get("Upgrade", "").lower() == "websocket"


def check_upgrade(headers: HTTPHeaders) -> bytes | None:
    """The answer that accepts a request, None if it is no valid opening handshake (4.2.1)."""
    key = headers.get("Sec-WebSocket-Key", "")
    connection = [token.strip().lower() for token in headers.get("Connection", "").split(",")]
    with suppress(binascii.Error, ValueError):
        if (
            is_upgrade(headers)
            and "upgrade" in connection
            and headers.get("Sec-WebSocket-Version") == "13"
            and len(base64.b64decode(key, validate=True)) == 16
        ):
            return f"{ANSWER}Sec-WebSocket-Accept: {accept_value(key)}\r\n{subprotocol(headers)}\r\n".encode()
    return None


def subprotocol(headers: HTTPHeaders) -> str:
    """The header that accepts the first subprotocol of those that a client offers, without which some give up."""
    offered = TOKEN.match(headers.get("Sec-WebSocket-Protocol", "").strip())
    return f"Sec-WebSocket-Protocol: {offered[0]}\r\n" if offered else ""


async def accept(
    eio: EngineIO,
    stream: RequestStream,
    answer: bytes,
    address: str,
    revision: Revision,
    opened: Callable[[WebSocket], None],
) -> None:
    """Hand the bare socket to a WebSocket, whose first word is the `answer`. Tornado has nothing more to do with it.

    `opened(websocket)` is called if the client is still there by then. Raises OSError, and then nothing was answered.
    """
    early = read_along(stream)
    if stream.closed():
        return
    bare = stream.release()

    def start(websocket: WebSocket):
        websocket.write(answer)
        opened(websocket)
        # Before the loop can read what came after it.
        if early:
            websocket.data_received(early)

    def websocket() -> WebSocket:
        if revision.number == 3:
            return WebSocket3(eio, address, start, bare, revision)
        return WebSocket(eio, address, start, bare)

    try:
        with suppress(OSError):  # It is no TCP connection, or its client is gone, which the loop will say.
            bare.setsockopt(sockets.IPPROTO_TCP, sockets.TCP_NODELAY, 1)
        await asyncio.get_running_loop().connect_accepted_socket(websocket, bare)
    except OSError:
        bare.close()
        raise


def read_along(stream: IOStream) -> bytes:
    """What the client has sent right behind its request; the stream is closed if it has left."""
    with suppress(StreamClosedError):
        waiting = asyncio.ensure_future(stream.read_bytes(EARLY_BYTES, partial=True))
        read = waiting.result() if waiting.done() else b""
        return read + stream.early if isinstance(stream, RequestStream) else read
    return b""


def carry(eio: EngineIO, handshake: Handshake, websocket: WebSocket) -> None:
    """Open a link that the WebSocket carries from its first packet on."""
    if eio.readiness.draining:
        websocket.close(*Ending.DRAIN.close_frame())
        return
    link = eio.open(handshake, websocket)
    websocket.carry(link)
    link.send(opening(link.sid, [], eio.limits))
    link.client.opened()


def probe(link: Link, polling: Polling, websocket: WebSocket) -> None:
    """Let the WebSocket probe whether it can carry a link that polls ("Upgrade")."""
    websocket.carry(Probe(link, polling, websocket))


def surplus(websocket: WebSocket) -> None:
    """Close a WebSocket for a link that has one already."""
    websocket.close(*ProbeEnding.SURPLUS.close_frame())
